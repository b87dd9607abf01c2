"""`marlin-agent watch`: the live conversation with a printer, for several programs, and never at the line's expense."""
import os
import pty
import signal
import subprocess
import time

from rig import PATIENCE, HostPort, Process, claim, expect, run_claims, wait_until


def start(rig, *arguments):
    printer = rig.start_printer("prusa-3.13", "--speed", "50", *arguments)
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    agent.wait_for_port()
    return printer, agent


def watch(rig, agent, name, *words, **options):
    return rig.keep(Process(rig.directory, name, [rig.agent, "watch", "mk3", "--runtime-dir", agent.runtime, *words], **options))


def say(host, lines):
    for line in lines:
        host.write(line)
        host.read_until(b"ok", 30)


@claim("several programs see the same conversation, each with its own choice, and Ctrl-C or SIGTERM ends one with status 0")
def conversation(rig, _):
    printer, agent = start(rig)
    everything = watch(rig, agent, "all")
    moves = watch(rig, agent, "moves", "--kind", "motion")
    queries = watch(rig, agent, "queries", "--from", "agent")
    raw = watch(rig, agent, "raw", "--raw", "--from", "host")
    # Each of them sees something of its own choice when it is connected.
    host = HostPort(agent.host_port)
    watching = (everything, moves, raw)

    def all_see(number):
        say(host, [f"G1 X{number} F6000\n".encode()])
        return all(f"G1 X{number} F6000" in w.output() for w in watching)
    numbers = iter(range(10, 10_000))
    wait_until("all see the host's moves", lambda: all_see(next(numbers)), 30)
    say(host, [b"M105\n", b"G1 X1.25 F6000\n", b"FOO\n"])
    wait_until("the last command is seen", lambda: "FOO" in everything.output(), 15)
    wait_until("the agent's own query is seen", lambda: "agent > " in queries.output(), 60)
    lines = everything.output().splitlines()
    expect(any(" host  > motion           G1 X1.25 F6000" in line for line in lines), "no move of the host")
    expect(any(" host  < ok_temperature   ok T:" in line for line in lines), "no answer to the host")
    expect(any(" host  < unknown_command " in line for line in lines), "no refused command")
    for chosen, words in ((moves, " host  > motion "), (queries, " agent > ")):  # and notes
        expect(all(words in line or "       - " in line for line in chosen.output().splitlines()), chosen.output())
    expect("G1 X1.25 F6000\nFOO\n" in raw.output(), raw.output())
    everything.signal(signal.SIGINT)
    moves.signal(signal.SIGTERM)
    for ended in (everything, moves):
        wait_until("a signal ends it", lambda: not ended.is_running(), 10)
        expect(ended.child.returncode == 0, f"status {ended.child.returncode}: {ended.output()}")
    say(host, [b"G1 X3 F6000\n"])
    wait_until("the others go on", lambda: "G1 X3 F6000" in raw.output(), 15)
    agent.stop()
    for ended in (queries, raw):
        wait_until("the agent's end ends it", lambda: not ended.is_running(), 10)
        expect(ended.child.returncode == 1 and ended.output().count("marlin-agent: the agent ended") == 1, ended.output())
    host.close()
    printer.stop()


@claim("on a terminal there are colours but no control character of the printer's; in a pipe there is neither")
def on_a_terminal(rig, _):
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    agent.wait_for_port()
    master, slave = pty.openpty()
    child = subprocess.Popen([rig.agent, "watch", "mk3", "--runtime-dir", agent.runtime], stdout=slave, stderr=slave,
                             env={**{k: v for k, v in os.environ.items() if k != "NO_COLOR"}, "TERM": "xterm"})
    os.close(slave)
    os.set_blocking(master, False)
    piped = watch(rig, agent, "piped")
    seen = b""

    def sees():
        nonlocal seen
        device.write(b"Error:\x1b[2J\x07\x9b2J\n")
        try:
            seen += os.read(master, 65536)
        except BlockingIOError:
            pass
        return b"Error:" in seen and "Error:" in piped.output()
    wait_until("both show the error", sees, 20, 0.1)
    child.send_signal(signal.SIGINT)
    expect(child.wait(10) == 0, "Ctrl-C did not end it with status 0")
    os.close(master)
    expect(b"\x1b[31mError:\\x1b[2J\\x07\\x9b2J\x1b[0m" in seen, f"{seen!r}")
    expect(b"\x1b[2J" not in seen and b"\x07" not in seen and b"\x9b" not in seen, f"{seen!r}")
    expect("\x1b" not in piped.output() and "Error:\\x1b[2J" in piped.output(), piped.output())


@claim("a reader that stops loses lines and learns how many; host and printer do not wait for it")
def slow_reader(rig, _):
    printer, agent = start(rig, "--baud-pacing", "off")
    host = HostPort(agent.host_port)
    read_end, write_end = os.pipe()
    slow = subprocess.Popen([rig.agent, "watch", "mk3", "--runtime-dir", agent.runtime], stdout=write_end)
    os.close(write_end)
    try:
        first = b""

        def sees():
            nonlocal first
            say(host, [b"G1 X2 F6000\n"])
            os.set_blocking(read_end, False)
            try:
                first += os.read(read_end, 4096)
            except BlockingIOError:
                pass
            return b"G1 X2" in first
        wait_until("it watches", sees, 20)
        slow.send_signal(signal.SIGSTOP)
        # More than the pipe, the socket and the agent's buffer take together.
        began, count = time.monotonic(), 0
        burst = b"M115\n"
        answers = 0
        while answers < 1_500_000:
            host.write(burst)
            answers += len(host.read_until(b"ok\n", 30))
            count += 1
        print(f"     {count} commands and {answers} bytes of answers in {time.monotonic() - began:.1f} s with a stopped reader", flush=True)
        metrics = agent.scrape()
        expect(metrics.value("marlin_up") == 1 and metrics.value("marlin_serial_connects_total") == 1, "the line was disturbed")
        slow.send_signal(signal.SIGCONT)
        os.set_blocking(read_end, True)
        text, missing = b"", b" are missing here: this program reads too slowly"
        deadline = time.monotonic() + 30 * PATIENCE
        while missing not in text and time.monotonic() < deadline:
            text += os.read(read_end, 65536)
        expect(missing in text, f"it was not told what it lost: {text[-500:]!r}")
        while b"G1 X77" not in text and time.monotonic() < deadline:
            say(host, [b"G1 X77 F6000\n"])  # again, as the first may be in a second gap
            text += os.read(read_end, 65536)
        expect(b"G1 X77" in text, "nothing came after the gap")
        slow.send_signal(signal.SIGTERM)
        expect(slow.wait(10) == 0, "SIGTERM did not end it with status 0")
    finally:
        slow.kill()
        slow.wait()
        os.close(read_end)
    host.close()
    printer.stop()


@claim("without an agent, or for a printer that it does not have, the exit status and the message say so")
def exit_statuses(rig, _):
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    agent.wait_for_port()

    def run(*words):
        done = subprocess.run([rig.agent, "watch", *words, "--runtime-dir", agent.runtime], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr
    code, errors = run("mk4")
    expect(code == 3 and errors == 'marlin-agent: no printer "mk4"; there are mk3\n', f"{code}: {errors}")
    agent.stop()
    code, errors = run("mk3")
    expect(code == 1 and "not running" in errors and errors.count("\n") == 1, f"{code}: {errors}")


run_claims()
