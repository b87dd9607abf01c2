"""The examples: the program that reads a configuration accepts it, and Avahi's listing becomes targets."""
import glob
import json
import os
import re
import stat
import subprocess
import tempfile
import xml.etree.ElementTree

from shared import HERE, PROMETHEUS, ROOT, expect, promtool, read, run_claims
from servers import changed, written

SCRAPE = os.path.join(PROMETHEUS, "scrape")
SERVICE = os.path.join(ROOT, "packaging", "avahi", "marlin-agent.service")


def scrape_configs():
    paths = sorted(glob.glob(os.path.join(SCRAPE, "*.yml")))
    paths.remove(os.path.join(SCRAPE, "printers.yml"))  # a list of targets, see below
    expect(len(paths) >= 7, f"only {paths}")
    with tempfile.TemporaryDirectory() as directory:
        for path in paths:
            mode = ["--agent"] if os.path.basename(path).startswith("push-") else []
            promtool("check", "config", *mode, written(directory, "prometheus.yml", changed(path, {})))


def job_is_marlin():
    for path in glob.glob(os.path.join(SCRAPE, "*.yml")):
        jobs = re.findall(r"job_name: (\S+)", read(path))
        expect(set(jobs) <= {"marlin"}, f"{path} names its job {jobs}, the alerts select marlin")


def target_file():
    with tempfile.TemporaryDirectory() as directory:
        config = changed(os.path.join(SCRAPE, "fleet-files.yml"),
                         {"/etc/prometheus/marlin/*.yml": os.path.join(os.path.abspath(SCRAPE), "printers.yml"),
                          "/var/lib/prometheus/marlin-avahi.json": written(directory, "avahi.json", avahi_targets(directory))})
        said = promtool("check", "config", written(directory, "prometheus.yml", config))
        expect("WARNING" not in said, said)


def alertmanager():
    done = subprocess.run(["amtool", "check-config", os.path.join(PROMETHEUS, "alertmanager.yml")], capture_output=True,
                          text=True, check=False)
    expect(done.returncode == 0, done.stdout + done.stderr)
    for name in re.findall(r'alertname = "(\w+)"', read(PROMETHEUS, "alertmanager.yml")):
        expect(f"alert: {name}\n" in read(PROMETHEUS, "alerts.yml"), f"it inhibits by {name}, which does not exist")


def announcement():
    service = xml.etree.ElementTree.parse(SERVICE).getroot().find("service")
    default = re.search(r'listen\{":(\d+)"\}', read(ROOT, "agent", "config", "configuration.h")).group(1)
    expect(service.findtext("port") == default, f"it announces port {service.findtext('port')}, the agent listens on {default}")
    text = [record.text for record in service.findall("txt-record")]
    expect("exporter=marlin-agent" in text, f"avahi-targets selects exporter=marlin-agent, announced is {text}")
    expect(f'"{service.findtext("type")}"' in read(PROMETHEUS, "avahi-targets"), "avahi-targets selects another type")


def browse(directory, script):
    """Puts a command avahi-browse first on the path; returns that path."""
    program = written(directory, "avahi-browse", "#!/bin/sh\n" + script)
    os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
    return {**os.environ, "PATH": directory + ":" + os.environ["PATH"]}


def avahi_targets(directory):
    """What avahi-targets writes for the listing beside this file."""
    listing = os.path.join(os.path.abspath(HERE), "avahi-browse.txt")
    path = os.path.join(directory, "written.json")
    subprocess.run([os.path.join(PROMETHEUS, "avahi-targets"), path], env=browse(directory, f"cat '{listing}'\n"), check=True)
    return read(path)


def listing_to_targets():
    with tempfile.TemporaryDirectory() as directory:
        found = json.loads(avahi_targets(directory))
        expect(found == [
            {"targets": ["[2001:db8::42]:11520"],
             "labels": {"instance": "attic.local:11520", "__metrics_path__": "/metrics"}},
            {"targets": ["192.168.1.23:11520"],
             "labels": {"instance": "octopi.local:11520", "__metrics_path__": "/metrics"}},
            {"targets": ["192.168.1.24:9999"],
             "labels": {"instance": "workshop.local:9999", "__metrics_path__": "/printers"}}], f"it wrote {found}")
        expect(not [name for name in os.listdir(directory) if name.startswith(".avahi")], "a temporary file is left")


def avahi_is_away():
    with tempfile.TemporaryDirectory() as directory:
        path = written(directory, "targets.json", "[]\n")
        done = subprocess.run([os.path.join(PROMETHEUS, "avahi-targets"), path], env=browse(directory, "exit 1\n"),
                              capture_output=True, text=True, check=False)
        expect(done.returncode == 1 and "is unchanged" in done.stderr, f"status {done.returncode}: {done.stderr}")
        expect(read(path) == "[]\n", "the target file changed")


run_claims([
    ("promtool accepts every scrape example", scrape_configs),
    ("every example names its job marlin, as the alerts do", job_is_marlin),
    ("promtool accepts the example of a target file and what avahi-targets writes", target_file),
    ("amtool accepts the example for Alertmanager, and it inhibits by alerts that exist", alertmanager),
    ("Avahi announces the agent's port, and the text that avahi-targets selects", announcement),
    ("avahi-targets writes one target for each announced agent, and none for other exporters", listing_to_targets),
    ("avahi-targets does not change the file when Avahi cannot be queried", avahi_is_away),
])
