"""The list of prints: it contains what Debian's Printrun printed, and keeps it whatever happens to the agent."""
import csv
import io
import json
import signal
import subprocess

from printrun import gcoder

from print_client import PrintClient, load
from rig import BUNNY, claim, expect, run_claims, wait_until

LINES = 400


def jobs(rig, agent, *words):
    done = subprocess.run([rig.agent, "jobs", "--state-dir", agent.state, *words], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0, f"jobs said {done.returncode}: {done.stderr}")
    return done.stdout


def listed(rig, agent, *words):
    return json.loads(jobs(rig, agent, "--json", *words))


def start(rig, printer):
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    agent.wait_for_port()
    return agent


def kill(agent):
    agent.signal(signal.SIGKILL)
    agent.child.wait()


@claim("a print is listed when it has ended, with its figures, and a kill at that moment does not lose it")
def ended_print(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50", "--instant-moves")
    agent = start(rig, printer)
    expect(listed(rig, agent) == [], "a list without a print")
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    client.print_and_wait(load(BUNNY, LINES), 60)
    job = wait_until("the print is in the list", lambda: [job for job in listed(rig, agent) if job["result"] != "running"], 90, 0.2)[0]
    kill(agent)
    expect(job["result"] == "completed" and job["printer"] == "mk3", f"{job}")
    expect(job["highest_tool_celsius"] == 215 and job["highest_bed_celsius"] == 60 and job["extruded_meters"] > 0.01, f"{job}")
    expect(listed(rig, agent) == [job], "the kill changed it")
    agent = start(rig, printer)
    expect(listed(rig, agent) == [job], "the next instance changed it")
    shown = json.loads(agent.get("/api/v1/jobs")[1])["jobs"][0]
    expect(shown.items() <= job.items(), f"the web side says {shown}, the command {job}")
    agent.wait_for_metrics("the counter survived", lambda now: now.value("marlin_prints_total", result="completed") == 1)
    (row,) = csv.DictReader(io.StringIO(jobs(rig, agent, "--csv")))
    expect(row["result"] == "completed", f"{row}")
    expect("completed" in jobs(rig, agent), "the table does not show it")
    expect(listed(rig, agent, "--result", "failed") == [], "a filter that lets it through")


@claim("a print whose end no agent saw is listed as unknown, and counted nowhere")
def unseen_end(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50", "--instant-moves")
    agent = start(rig, printer)
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    client.startprint(gcoder.LightGCode(load(BUNNY)))
    wait_until("the print is in the list", lambda: listed(rig, agent), 60, 0.2)
    kill(agent)  # without a descriptor store nothing outlives it, and the next instance resets the printer
    expect(listed(rig, agent)[0]["result"] == "running", "its last known result is not running")
    client.disconnect()
    agent = start(rig, printer)
    job = wait_until("its end is unknown", lambda: [job for job in listed(rig, agent) if job["result"] == "unknown"], 30, 0.2)[0]
    expect(job["reason"] and job["id"] == 1, f"{job}")
    expect(not agent.scrape().value("marlin_prints_total"), "it was counted")


run_claims()
