"""Garbage from both sides: no crash, no growth, no wrong value, everything counted; afterwards the same agent serves a
clean print.

Short by default; full length with MARLIN_E2E_FULL: ten minutes of noise.
"""
import random
import time

from misbehaviour import Growth, clean_print_after, no_value, start
from rig import FULL, PATIENCE, SHORT, HostPort, claim, expect, run_claims, wait_until

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
    last_line_end = False
    end = time.monotonic() + 2
    while time.monotonic() < end:
        device.read(0.05)
        host.read(0.05)
        if not last_line_end and host.write(b"\n"):  # the agent would wait for the rest of an incomplete line
            from_host += 1
            last_line_end = True
    metrics = agent.scrape()
    no_value(metrics)
    # Each comparison is exact: after two seconds of reading without writing nothing is in transit.
    for name, meant in (("marlin_serial_receive_bytes_total", to_agent), ("marlin_host_receive_bytes_total", from_host),
                        ('marlin_serial_transmit_bytes_total{origin="host"}', from_host)):
        bare, _, label = name.partition("{")
        labels = {"origin": "host"} if label else {}
        expect(metrics.value(bare, **labels) == meant, f"{name} is {metrics.value(bare, **labels)}, expected {meant}")
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
    deadline = time.monotonic() + 60 * PATIENCE
    while written < FLOOD_BYTES:
        expect(time.monotonic() < deadline, "the agent stopped reading its printer")
        block = b"".join(b"echo:line %d of many\n" % (number + i) for i in range(500))
        number += 500
        while block:
            sent = device.write(block)
            written += sent
            block = block[sent:]
            device.read()
        growth.sample()
    # During the flood no query was answered; once those have timed out, all values are fresh again.
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
