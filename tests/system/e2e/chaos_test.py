"""The whole program under random stress: short prints through a supervised agent that is stopped, killed, restarted and
reloaded, with the cable pulled, the disk full and the clock set, judged by tests/judge.

A plan is a function of its seed (chaos.py). Checked: every byte of the host reaches the printer once and in order, the host
gets each of the printer's lines that are its own once (tests/judge), no instance ends but as it was asked to, and no scrape
shows an impossible value. MARLIN_E2E_FULL: a thousand runs.
"""
import multiprocessing
import os
import shutil
import statistics
import time
import traceback

import own_mounts
from chaos import Run
from chaos_plan import Plan
from rig import FULL, Failed, Rig, claim, expect, run_claims

def attempt(job):
    """One seed; returns a row of figures, or what was wrong."""
    seed, options, may_mount = job
    plan = Plan(seed)
    rig = Rig(options)
    began = time.monotonic()
    wrong = None
    row = {"seed": seed, "kills": 0}
    try:
        try:
            run = Run(rig, plan, options.clock, may_mount)
            run.play()
            run.end()
            lines = run.check_conversation()
            row.update(kills=len(run.asked), lines=lines, queries=run.queries, scrapes=run.scraper.scrapes.count)
        except Failed as reason:
            wrong = str(reason)
        except Exception:
            wrong = traceback.format_exc()
        row["seconds"] = time.monotonic() - began
        if wrong:
            logs = "".join(f"\n---- {thing.name}\n{thing.output()[-3000:]}" for thing in rig.started if hasattr(thing, "output"))
            row["wrong"] = f"{plan.text()}\n  {wrong}{logs}"
        if options.keep:
            shutil.copytree(rig.directory, os.path.join(options.keep, str(seed)), dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("run", "*.tty", "notify"))
    finally:  # also at SIGTERM, which ends the others at the first failure
        rig.end(False)
    return row


@claim("whatever the machine does to it, a print goes on: every byte once and in order, no abort, no impossible value")
def goes_on(_, options):
    may_mount = own_mounts.are_ours()
    if not may_mount:
        print("     left out: the full disk, which needs the right to mount one")
    seeds = [options.seed] if options.seed else range(options.start, options.start + options.runs)
    began = time.monotonic()
    rows = []
    with multiprocessing.get_context("fork").Pool(options.jobs) as pool:
        for row in pool.imap_unordered(attempt, [(seed, options, may_mount) for seed in seeds]):
            rows.append(row)
            if "wrong" in row:
                print(f"     VIOLATION {row['wrong']}", flush=True)
                if options.first:
                    break
        else:  # the end of `with` terminates: a process in its last steps could miss that signal and stay
            pool.close()
            pool.join()
    wrong = sorted(row["seed"] for row in rows if "wrong" in row)
    right = [row for row in rows if "wrong" not in row]
    if right:
        total = {key: sum(row[key] for row in right) for key in ("kills", "lines", "queries", "scrapes")}
        seconds = sorted(row["seconds"] for row in right)
        print(f"     {len(rows)} runs in {time.monotonic() - began:.0f} s, {statistics.median(seconds):.1f} s in the median and "
              f"{seconds[-1]:.1f} s at most: {total['lines']} lines of hosts, {total['queries']} of the agent, "
              f"{total['kills']} kills and restarts, {total['scrapes']} scrapes")
    expect(not wrong, f"{len(wrong)} of {len(rows)} runs failed, seeds {wrong}")


def add_options(parser):
    parser.add_argument("--clock", default="", help="libchaos-clock.so; without it no clock is set")
    parser.add_argument("--runs", type=int, default=1000 if FULL else 16)
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--first", action="store_true", help="ends at the first run that fails")
    parser.add_argument("--seed", type=int, help="only this run")
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--keep", help="a directory for the files of each run")


if __name__ == "__main__":
    own_mounts.enter("tmpfs")
    run_claims(add_options)
