"""Garbage from both sides: no crash, no growth, no wrong value, everything counted; afterwards the same agent serves a
clean print.

Short by default; full length with MARLIN_E2E_FULL: ten minutes of noise.
"""
import random
import time

from misbehaviour import Growth, clean_print_after, no_value, start
from rig import FULL, PATIENCE, SHORT, Failed, HostPort, claim, expect, run_claims, wait_until

NOISE_SECONDS = 600 if FULL else 15
LINE_BYTES = 10_000_000 if SHORT else 100_000_000
FLOOD_BYTES = 3_000_000 if SHORT else 30_000_000
SETTLE_SECONDS = 3


@claim("random bytes from both sides: no crash, no growth, no value, every byte counted, then a clean print")
def noise(rig, _):
    dice = random.Random(20)
    device, agent = start(rig)
    host = HostPort(agent.host_port)
    growth = None
    to_agent = from_host = 0
    began = time.monotonic()
    next_look = began + 1
    while time.monotonic() < began + NOISE_SECONDS:
        to_agent += device.write(dice.randbytes(dice.randint(1, 4096)))
        from_host += host.write(dice.randbytes(dice.randint(1, 4096)))
        device.read()
        host.read()
        if time.monotonic() > next_look:
            next_look += 1
            if time.monotonic() > began + SETTLE_SECONDS and growth is None:
                growth = Growth(agent)
            if growth:
                growth.sample()
            no_value(agent.scrape())
    while not host.write(b"\n"):  # the agent would wait for the rest of an incomplete line
        device.read(0.05)
        host.read(0.05)
    meant = [to_agent, from_host + 1, from_host + 1]
    counted = []

    def all_is_counted():
        device.read(0.05)
        host.read(0.05)
        metrics = agent.scrape()
        no_value(metrics)
        counted[:] = [metrics.value("marlin_serial_receive_bytes_total"), metrics.value("marlin_host_receive_bytes_total"),
                      metrics.value("marlin_serial_transmit_bytes_total", origin="host")]
        return counted == meant
    try:
        wait_until("every byte is counted", all_is_counted, 5)
    except Failed:
        expect(False, f"read from the printer, from the host, sent to the printer: {counted}, expected {meant}")
    metrics = agent.scrape()
    expect(metrics.value("marlin_unparsed_lines_total") > 0, "unparsed lines were not counted")
    print(f"     {to_agent >> 20} MB and {from_host >> 20} MB, {growth.check()}")
    host.close()
    clean_print_after(rig, agent, device)


def pour(write, read_far, read_near, total, growth):
    """Writes `total` times 'A' on one side, never more than the other side has room for, as a serial line does; returns
    what came out there. (A host that does not keep up loses lines, by design.)"""
    window = 16384
    chunk = b"A" * window
    written = 0
    came = bytearray()
    deadline = time.monotonic() + 300
    while len(came) < total:
        expect(time.monotonic() < deadline, f"only {len(came)} of {total} bytes came")
        ahead = written - len(came)
        if written < total and ahead < window:
            written += write(chunk[:min(window - ahead, total - written)])
        data = read_far(0.01)
        came += data
        read_near()
        if len(came) % (8 << 20) < len(data):
            growth.sample()
    time.sleep(0.5)
    return bytes(came) + read_far()


@claim("a 100 MB line without newline from the printer passes whole to the host, without growth or a value")
def endless_printer_line(rig, _):
    device, agent = start(rig)
    host = HostPort(agent.host_port)
    growth = Growth(agent)
    came = pour(device.write, host.read, device.read, LINE_BYTES, growth)
    expect(came.count(b"A") == LINE_BYTES, f"{came.count(b'A')} bytes of it reached the host")
    no_value(agent.scrape())
    print(f"     {growth.check()}")
    device.write(b"\n")
    host.close()
    clean_print_after(rig, agent, device)


@claim("a 100 MB line without newline from the host passes whole to the printer, with no injected query inside")
def endless_host_line(rig, _):
    device, agent = start(rig)
    host = HostPort(agent.host_port)
    growth = Growth(agent)
    came = pour(host.write, device.read, host.read, LINE_BYTES, growth)
    came = came[came.index(b"A"):]  # queries from before the line began
    expect(came == b"A" * LINE_BYTES, f"{came.count(b'A')} bytes of it came, {len(came) - came.count(b'A')} others within")
    print(f"     {growth.check()}")
    host.write(b"\n")
    host.close()
    clean_print_after(rig, agent, device)


@claim("a host that never reads blocks nothing: values stay fresh, the backlog is bounded, whole lines are dropped")
def deaf_host(rig, _):
    device, agent = start(rig)
    device.answer_like_a_printer(10)
    host = HostPort(agent.host_port)
    growth = Growth(agent)
    written = number = 0
    heard = answers = b""
    deadline = time.monotonic() + 60 * PATIENCE
    while written < FLOOD_BYTES:
        expect(time.monotonic() < deadline, "the agent stopped reading its printer")
        block = answers + b"".join(b"echo:line %d of many\n" % (number + i) for i in range(500))
        number += 500
        while block:
            sent = device.write(block)
            written += sent
            block = block[sent:]
            heard += device.read()
        *lines, heard = heard.split(b"\n")
        answers = b"".join(b"ok T:21.5 /0.0 B:20.5 /0.0 @:0 B@:0\n" if line == b"M105" else b"ok\n" for line in lines)
        growth.sample()
    device.write(answers)
    first = agent.scrape().value("marlin_queries_total", outcome="answered")

    def asks_again():
        device.answer_like_a_printer(1)
        metrics = agent.scrape()
        return metrics.value("marlin_up") == 1 and metrics.value("marlin_queries_total", outcome="answered") > first + 1
    wait_until("the agent's queries are answered again", asks_again, 60)
    age = time.time() - agent.scrape().value("marlin_temperature_last_report_timestamp_seconds")
    expect(age < 25, f"the temperature is {age:.1f} s old")
    text = growth.check()
    backlog = b""
    while True:
        data = host.read(0.5)
        if not data:
            break
        backlog += data
    expect(0 < len(backlog) < 4 << 20, f"a backlog of {len(backlog)} bytes")
    broken = [line for line in backlog.splitlines(keepends=True) if line.startswith(b"echo:") and
              not (line.startswith(b"echo:line ") and line.endswith(b" of many\n"))]
    expect(not broken, f"half lines in the backlog: {broken[:3]}")
    expect(agent.scrape().value("marlin_host_dropped_lines_total") > 0, "the dropped lines were not counted")
    print(f"     {text}, backlog {len(backlog) >> 10} kB of {written >> 20} MB")
    host.close()
    clean_print_after(rig, agent, device)


run_claims()
