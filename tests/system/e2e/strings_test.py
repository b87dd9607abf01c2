"""Whatever bytes a printer and a host send in place of a name or a number, no scrape breaks.

Two readers check the pages: promtool the text format, the strict parser of Python's client library OpenMetrics.
"""
import http.client
import json
import os
import subprocess
import threading

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from rig import HostPort, claim, expect, promtool_finds_nothing, run_claims, wait_until

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
# Two kilobytes without a line end: quotes, backslashes, text like labels and comments, and invalid UTF-8.
GARBAGE = (b'"\\\\"} 1 # HELP {le="+Inf",x=\'\\n\\\' \xff\xfe\xc3\x28 \xed\xa0\x80 \xf4\x90\x80\x80 \x00\x01\x1b[2J\x7f' * 60)[:2048]
# A carriage return too: within a line it ends nothing.
NAME = GARBAGE[:40] + b"\r" + GARBAGE[:20]


class Printer(threading.Thread):
    """Answers each line, with garbage in every free field."""

    ANSWERS = {
        b"M115": [b"FIRMWARE_NAME:" + NAME + b" FIRMWARE_VERSION:" + NAME + b" PROTOCOL_VERSION:" + NAME + b" MACHINE_TYPE:" + NAME +
                  b" EXTRUDER_COUNT:" + NAME + b" UUID:" + NAME, b"Cap:" + NAME + b":1", b"Cap:AUTOREPORT_TEMP:" + NAME, b"ok"],
        b"M105": [b"ok T:21.5 /0.0 B:20.5 /0.0 T" + NAME + b":1 @:0 B@:0"],
        b"M27": [b"SD printing byte 5/" + NAME, b"ok"],
        b"M20": [b"Begin file list", NAME + b".GCO 12", b"End file list", b"ok"],
        b"M23": [b"File opened: " + NAME + b" Size: 1234", b"File selected", b"ok"],
    }
    UNASKED = [b"FIRMWARE_NAME:" + GARBAGE + b" PROTOCOL_VERSION:1.0", b"//action:" + NAME, b"//action:" + GARBAGE, b"//action:prompt_begin " + NAME, b"echo:" + NAME, b"Error:" + NAME, b"echo:busy: " + NAME,
               b"MMU2:" + NAME, b"fsensor: " + NAME, b"X:1.00 Y:" + NAME, b"M73 " + NAME, b"NORMAL MODE: Percent done: " + NAME]

    def __init__(self, device):
        super().__init__(daemon=True)
        self.device, self.ending, self.answered = device, threading.Event(), 0

    def say(self, line):
        data = line + b"\n"
        while data and not self.ending.is_set():
            data = data[self.device.write(data):]

    def run(self):
        pending = b""
        while not self.ending.is_set():
            pending += self.device.read(0.05)
            *lines, pending = pending.split(b"\n")
            for line in filter(None, (line.strip() for line in lines)):
                self.say(self.UNASKED[self.answered % len(self.UNASKED)])
                self.answered += 1
                for part in self.ANSWERS.get(line.split()[0], [b"ok"]):
                    self.say(part)

    def close(self):
        self.ending.set()
        self.join()


def openmetrics(agent):
    connection = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=10)
    connection.request("GET", "/metrics", headers={"Accept": OPENMETRICS})
    answer = connection.getresponse()
    expect(answer.getheader("Content-Type", "").startswith("application/openmetrics-text"), "it is no OpenMetrics")
    text = answer.read().decode("utf-8")
    connection.close()
    return text


def families_of_both_formats(agent):
    """The families of the OpenMetrics page, by name, once both readers accepted their page."""
    promtool_finds_nothing(agent)
    return {family.name: family for family in text_string_to_metric_families(openmetrics(agent))}


@claim("both formats of an ordinary printer's page are valid and have the same values")
def ordinary(rig, _):
    printer = rig.start_printer("prusa-3.13", "--speed", "50")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    text = agent.scrape()  # first: a reading that comes between the two is in the second only
    families = families_of_both_formats(agent)
    expect(families["marlin_temperature_celsius"].unit == "celsius", "it has no unit")
    expect(families["marlin_printer"].type == "info", "info is no info")
    resends = {sample.labels["reason"] for sample in families["marlin_resends"].samples if sample.name == "marlin_resends_total"}
    expect(resends and all(text.value("marlin_resends_total", reason=reason) == 0 for reason in resends), f"the formats differ: {resends}")
    expect(any(sample.name == "marlin_resends_created" for sample in families["marlin_resends"].samples), "no _created")
    missing = {name for name in text.names() if name.startswith("marlin_")} - {
        sample.name for family in families.values() for sample in family.samples}
    expect(not missing, f"only in the text format: {missing}")


@claim("garbage in every free string of a printer and of a host's file breaks no scrape, no JSON and no page")
def garbage(rig, _):
    device = rig.raw_device()
    printer = rig.keep(Printer(device))
    printer.start()
    agent = rig.start_agent(device.path)
    agent.wait_for_web()
    agent.wait_for_port()
    wait_until("the printer has introduced itself", lambda: agent.scrape().has("marlin_printer_info"), 40)
    host = HostPort(agent.host_port)
    before = printer.answered
    for line in (b"M23 " + NAME, b"M24", b"M27", b"M20", b"M105", b"M117 " + GARBAGE, b"M862.3 P\"" + NAME + b"\"", NAME, b"M27"):
        data = line + b"\n"
        while data:
            data = data[host.write(data):]
            host.read(0.01)
    wait_until("the printer answered the host", lambda: host.read(0.05) is not None and printer.answered >= before + 9, 30)
    families = families_of_both_formats(agent)
    (info,) = families["marlin_printer"].samples
    expect('"\\\\"} 1 # HELP' in info.labels["firmware"], f"the name was changed: {info.labels}")
    for path in ("printers", "history?printer=mk3", "jobs", "incidents", "catalogue"):
        status, body = agent.get("/api/v1/" + path)
        expect(status == 200, f"{path}: {status}")
        json.loads(body.decode("utf-8"))
    shown = subprocess.run([rig.agent, "status", "--json", "--runtime-dir", agent.runtime], capture_output=True, timeout=30, check=True)
    json.loads(shown.stdout.decode("utf-8"))
    view = subprocess.run([rig.agent, "status", "--runtime-dir", agent.runtime], capture_output=True, timeout=30, check=True)
    for byte in b"\x1b\x00\x7f":
        expect(bytes([byte]) not in view.stdout, f"status sends the byte {byte:#x} to a terminal")
    expect(os.path.exists(agent.host_port), "the host port is gone")
    host.close()


run_claims()
