"""SIGKILL while the history is written: nothing that ended more than LATEST_WRITE before is lost, the file always opens."""
import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

LATEST_WRITE = 3000  # ms until a reported job is on the disk, on a busy machine


def run_until_killed(writer, directory, seconds):
    """What the writer reported as passed to its store, and when it was killed, in milliseconds."""
    reported = {}
    process = subprocess.Popen([writer, directory], stdout=subprocess.PIPE)

    def read():
        for line in process.stdout:
            fields = line.split()
            if len(fields) == 2 and line.endswith(b"\n"):
                reported[int(fields[0])] = int(fields[1])

    reader = threading.Thread(target=read)
    reader.start()
    deadline = time.monotonic() + 60
    while not reported and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(seconds)
    killed = time.monotonic() * 1000
    process.send_signal(signal.SIGKILL)
    process.wait()
    reader.join()
    return reported, killed


def check(file, reported, killed):
    """The faults that are found, as messages."""
    database = sqlite3.connect(file)
    faults = []
    verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        faults.append(f"integrity_check: {verdict}")
    kept = dict(database.execute("SELECT id, result FROM job"))
    for number, at in reported.items():
        if at < killed - LATEST_WRITE and kept.get(number) != "completed":
            faults.append(f"job {number}, reported {killed - at:.0f} ms before the kill, has result {kept.get(number)}")
    started, completed = database.execute("SELECT sum(started), sum(completed) FROM total").fetchone() or (0, 0)
    ended = sum(1 for result in kept.values() if result == "completed")
    # Ten thousand prints are kept; the totals include those before them too.
    forgot_some = min(kept, default=1) > 1
    right = (completed or 0) >= ended if forgot_some else (completed or 0) == ended
    if not right or (started or 0) < ended:
        faults.append(f"totals say {started} begun and {completed} completed, the table has {ended} completed")
    database.close()
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writer", required=True)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    directory = tempfile.mkdtemp(prefix="marlin-store-")
    faults = []
    jobs = 0
    try:
        for kill in range(options.kills):
            # Most kills hit a store that has just begun, some one that has run for more than a second.
            seconds = dice.uniform(1.0, 1.6) if kill % 10 == 0 else dice.uniform(0, 0.15)
            reported, killed = run_until_killed(options.writer, directory, seconds)
            jobs += len(reported)
            faults += check(os.path.join(directory, "history.db"), reported, killed)
    finally:
        shutil.rmtree(directory)
    print(f"{options.kills} kills, {jobs} jobs reported, {len(faults)} faults")
    for fault in faults[:20]:
        print("  " + fault)
    if jobs < options.kills:
        print("the writer hardly wrote")
    return 1 if faults or jobs < options.kills else 0


if __name__ == "__main__":
    sys.exit(main())
