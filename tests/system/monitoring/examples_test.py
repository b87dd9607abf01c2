"""The examples: the program that reads a configuration accepts it, and Avahi's listing becomes targets."""
import functools
import glob
import http.server
import json
import os
import re
import stat
import subprocess
import tempfile
import threading
import tomllib
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


def scrape_configs_in_documents():
    blocks = [block for path in sorted(glob.glob(os.path.join(ROOT, "packaging", "doc", "*.md")))
              for block in re.findall(r"^```yaml\n(scrape_configs:.*?)^```", read(path), re.M | re.S)]
    expect(len(blocks) >= 2, f"only {len(blocks)} examples are found")
    with tempfile.TemporaryDirectory() as directory:
        for block in blocks:
            promtool("check", "config", "--syntax-only", written(directory, "prometheus.yml", block))


def job_is_marlin():
    for path in glob.glob(os.path.join(SCRAPE, "*.yml")):
        jobs = re.findall(r"job_name: (\S+)", read(path))
        expect(set(jobs) <= {"marlin", "node"}, f"{path} names its jobs {jobs}, the alerts select marlin")


def target_file():
    with tempfile.TemporaryDirectory() as directory:
        config = changed(os.path.join(SCRAPE, "fleet-files.yml"),
                         {"/etc/prometheus/marlin/*.yml": os.path.join(os.path.abspath(SCRAPE), "printers.yml"),
                          "/var/lib/prometheus/marlin-avahi.json": written(directory, "avahi.json", avahi_targets(directory))})
        said = promtool("check", "config", written(directory, "prometheus.yml", config))
        expect("WARNING" not in said, said)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def list_over_http():
    """Any web server can serve what avahi-targets writes."""
    with tempfile.TemporaryDirectory() as directory:
        written(directory, "printers.json", avahi_targets(directory))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=directory))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            config = changed(os.path.join(SCRAPE, "fleet-http.yml"),
                             {"inventory.example.net": f"127.0.0.1:{server.server_address[1]}"})
            found = promtool("check", "service-discovery", "--timeout=5s", written(directory, "prometheus.yml", config), "marlin")
        finally:
            server.shutdown()
            server.server_close()
        for address in re.findall(r'"\S+:\d+"', avahi_targets(directory)):
            expect(address in found, f"Prometheus did not find {address}: {found[-2000:]}")
        expect("workshop.local:9999" in found and "/printers" in found, f"labels are missing: {found[-2000:]}")


def telegraf():
    """No package of Debian has Telegraf: syntax and addresses only, also of the lines that are commented out."""
    text = read(SCRAPE, "telegraf.conf")
    live = tomllib.loads(text)
    default = re.search(r'listen\{":(\d+)"\}', read(ROOT, "agent", "config", "configuration.h")).group(1)
    expect(live["inputs"]["prometheus"][0]["urls"] == [f"http://localhost:{default}/metrics"], f"{live['inputs']}")
    all_of_it = tomllib.loads(re.sub(r"^# (?=\w+ = |\[)", "", text, flags=re.M))
    expect(set(all_of_it["outputs"]) == {"influxdb_v2", "postgresql"}, f"{all_of_it['outputs']}")


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
    ("promtool accepts every scrape configuration in the documents", scrape_configs_in_documents),
    ("every example names its job marlin, as the alerts do", job_is_marlin),
    ("promtool accepts the example of a target file and what avahi-targets writes", target_file),
    ("Prometheus finds the printers in the list that avahi-targets writes, served over HTTP", list_over_http),
    ("the example for Telegraf is TOML and reads the agent's default port", telegraf),
    ("amtool accepts the example for Alertmanager, and it inhibits by alerts that exist", alertmanager),
    ("Avahi announces the agent's port, and the text that avahi-targets selects", announcement),
    ("avahi-targets writes one target for each announced agent, and none for other exporters", listing_to_targets),
    ("avahi-targets does not change the file when Avahi cannot be queried", avahi_is_away),
])
