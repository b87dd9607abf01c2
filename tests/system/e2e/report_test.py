"""marlin-agent report: one archive with everything that a bug report needs, and without a secret."""
import functools
import operator
import os
import subprocess
import tarfile

from rig import HostPort, claim, expect, run_claims, wait_until

SECRET = "hunter2"
CONFIGURATION = """# the password is hunter2
[printer.mk3]
device = "{device}"
[web]
config_file = "{web}"
"""
WEB = "basic_auth_users:\n  hunter2: $2y$10$W5l0rl7T5GCqZ2oOtGNJ8eXoZ8lq6YcH3GkYRCZ5kyTx3WLo3jQIe\n"
LOG = """started
http://me:hunter2@pi:9090/api refused
password=hunter2
X-Api-Key: hunter2
Authorization: Bearer hunter2
client_secret: "hunter2"
-----BEGIN PRIVATE KEY-----
hunter2
-----END PRIVATE KEY-----
ended
"""


def report(rig, *words, status=0):
    done = subprocess.run([rig.agent, "report", *words], capture_output=True, text=True, timeout=60, check=False, cwd=rig.directory)
    expect(done.returncode == status, f"report {words}: status {done.returncode}, wanted {status}: {done.stdout}{done.stderr}")
    return done.stdout if status == 0 else done.stderr


def write(rig, name, text):
    path = os.path.join(rig.directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def files_of(path):
    with tarfile.open(path, "r:gz") as archive:
        return {member.name.removeprefix("marlin-agent-report/"): archive.extractfile(member).read().decode() for member in archive}


@claim("a report has versions, configuration, metrics, printers, incident and log, says so before, and has no secret of any of them")
def everything(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "20")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    agent.wait_for_port()
    host = HostPort(agent.host_port)
    moves = [f"G1 X{i} Y20 Z0.3 E{i} F1200" for i in range(10, 40)]  # a restart is an incident in a print
    for number, line in enumerate(("M110 N0", "M104 S60", "G28", 'M587 S"net" P"hunter2"', *moves)):
        line = f"N{number} {line}".encode()
        host.write(line + b"*%d\n" % functools.reduce(operator.xor, line))
        host.read_until(b"ok", 60)
    printer.command("reset")
    folder = os.path.join(agent.state, "incidents")
    wait_until("an incident", lambda: os.path.isdir(folder) and any(name.endswith(".jsonl") for name in os.listdir(folder)), 40, 0.2)
    name = next(name for name in os.listdir(folder) if name.endswith(".jsonl"))
    with open(os.path.join(folder, name), encoding="ascii") as file:
        expect(SECRET in file.read(), "the incident has no secret: the test tests nothing")
    with open(os.path.join(folder, "000099-other-restart.jsonl"), "w", encoding="ascii") as file:
        file.write("{}\n")
    config = write(rig, "report.toml", CONFIGURATION.format(device=printer.device, web=write(rig, "web.yml", WEB)))
    said = report(rig, "mk3", "--config", config, "--state-dir", agent.state, "--agent", f"http://127.0.0.1:{agent.port}",
                  "--log", write(rig, "agent.log.txt", LOG), "--output", "report.tar.gz")
    files = files_of(os.path.join(rig.directory, "report.tar.gz"))
    expected = {"system.txt", "configuration.toml", "web-configuration.yml", "metrics.txt", "printers.json", f"incidents/{name}", "log.txt"}
    expect(set(files) == expected, f"the archive contains {sorted(files)}")
    for file, text in files.items():
        expect(SECRET not in text, f"a secret in {file}:\n{text[:2000]}")
        expect(said.index(f"  {file} (") < said.index("wrote report.tar.gz"), f"{file} is not announced: {said}")
    expect("marlin_up" in files["metrics.txt"] and "marlin-agent " in files["system.txt"], "metrics or version are missing")
    expect("started" in files["log.txt"] and "ended" in files["log.txt"], files["log.txt"])
    done = subprocess.run([rig.agent, "decode", "-"], input=files[f"incidents/{name}"], capture_output=True, text=True, timeout=60, check=False)
    expect(done.returncode == 0 and "G28" in done.stdout, f"decode cannot read it: {done.stderr}")
    unknown = report(rig, "mk4", "--agent", f"http://127.0.0.1:{agent.port}", status=2)
    expect('no printer "mk4"; it has mk3' in unknown, unknown)
    expect("report.tar.gz exists" in report(rig, "mk3", "--output", "report.tar.gz", status=2), "the old report is not named")
    host.close()


@claim("without an agent, a configuration and a state directory a report says what is missing and is written")
def nothing(rig, _):
    said = report(rig, "mk3", "--config", "absent.toml", "--state-dir", "absent", "--agent", "http://127.0.0.1:1", "--log",
                  write(rig, "log.txt", ""), "--output", "empty.tar.gz")
    for part in ("no configuration.toml: absent.toml: No such file", "no metrics.txt: ", "no printers.json: ", "no incidents: absent/incidents: "):
        expect(part in said, said)
    expect(set(files_of(os.path.join(rig.directory, "empty.tar.gz"))) == {"system.txt", "log.txt"}, "wrong files")
    for words, sentence in ((["../x"], "expected the name of a printer"), (["mk3", "--log", "absent"], "--log: cannot read absent: No such file"),
                            (["mk3", "--agent", "ftp://x"], "expected a URL"), (["mk3", "--log", "log.txt", "--output", "absent/x"], "cannot write absent/x")):
        error = report(rig, *words, status=2)
        expect(sentence in error, f"{words}: {error}")
    expect("NAME" in report(rig, status=2), "the missing name is not named")


run_claims()
