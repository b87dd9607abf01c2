"""Another program, which takes no lock, has the printer's device open and talks to the printer: the agent opens
nothing."""
import json
import os
import subprocess
import sys
import time

from rig import Failed, claim, expect, run_claims, wait_until

# As Printrun does: open, set raw, a line and then its answer, no lock of any kind. Prints what was missing at the end.
CONVERSATION = """
import os, sys, termios, tty
port = os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY)
tty.setraw(port)
print("open", flush=True)
sent = 0
while not os.path.exists(sys.argv[2]):
    os.write(port, b"G1 X%d\\n" % sent)
    answer = b""
    while not answer.endswith(b"\\n"):
        answer += os.read(port, 1)
    if answer != b"ok %d\\n" % sent:
        sys.exit(f"line {sent} was answered by {answer!r}")
    sent += 1
print("sent", sent, flush=True)
"""


def run(rig, agent, *words):
    """A sub-command on the agent's control socket: (status, output, errors)."""
    done = subprocess.run([rig.agent, *words, "--runtime-dir", agent.runtime], capture_output=True, text=True, timeout=60,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def is_open(rig, agent):
    return json.loads(run(rig, agent, "status", "--json")[1])["printers"][0]["serial_open"]


class Conversation:
    """The other program, and the printer that it talks to: every byte to the printer is recorded."""

    def __init__(self, rig, device):
        self.device = device
        self.enough = os.path.join(rig.directory, "enough")
        self.child = subprocess.Popen([sys.executable, "-c", CONVERSATION, device.path, self.enough], stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, text=True)
        expect(self.child.stdout.readline() == "open\n", "the other program could not open the device")
        self.got = []
        self.pending = b""

    def answer(self):
        self.pending += self.device.read(0.01)
        *lines, self.pending = self.pending.split(b"\n")
        for line in lines:
            self.got.append(line)
            self.device.write(b"ok %d\n" % (len(self.got) - 1))

    def goes_on_until(self, what, condition, seconds=20):
        def step():
            self.answer()
            if self.child.poll() is not None:
                raise Failed(f"the other program ended: {self.child.stdout.read()}")
            return condition()
        wait_until(what, step, seconds, every=0)

    def goes_on_for(self, lines):
        enough = len(self.got) + lines
        self.goes_on_until(f"{lines} lines more", lambda: len(self.got) >= enough)

    def end(self):
        with open(self.enough, "w", encoding="ascii"):
            pass
        while self.child.poll() is None:
            self.answer()
        out = self.child.stdout.read()
        expect(self.child.returncode == 0, f"the other program lost something: {out}")
        expect(self.got == [b"G1 X%d" % n for n in range(len(self.got))], "something else reached the printer")


def waits(rig, agent, talk):
    """The agent has checked, names the program that has the device, and did not open it."""
    wanted = f"(process {talk.child.pid}); waiting until it is closed"
    talk.goes_on_until("status names the program", lambda: wanted in run(rig, agent, "status")[1] or wanted in agent.output())
    expect(not is_open(rig, agent), "the agent has the device open")


def takes_it(rig, agent, talk):
    talk.end()
    wait_until("the agent takes the device", lambda: os.path.exists(agent.host_port))


@claim("an agent that starts while a program has the device open disturbs nothing, and opens the device afterwards")
def start_under_it(rig, _):
    device = rig.raw_device()
    talk = Conversation(rig, device)
    talk.goes_on_for(50)
    agent = rig.start_agent(device.path)
    talk.goes_on_until("the web server answers", lambda: os.path.exists(os.path.join(agent.runtime, "control.sock")))
    waits(rig, agent, talk)
    talk.goes_on_for(500)
    expect(agent.output().count("waiting until it is closed") == 1, "the log has it more than once")
    takes_it(rig, agent, talk)


@claim("neither attach nor the end of a release takes the device from a program that has it open")
def release_under_it(rig, _):
    device = rig.raw_device()
    agent = rig.start_agent(device.path)
    agent.wait_for_web()
    agent.wait_for_port()
    expect(run(rig, agent, "release", "mk3", "--for", "2s")[0] == 0, "release was refused")
    device.read(0.1)
    talk = Conversation(rig, device)
    began = time.monotonic()
    talk.goes_on_until("the release is over", lambda: time.monotonic() > began + 2.5)
    waits(rig, agent, talk)
    expect(run(rig, agent, "release", "mk3")[0] == 0, "release was refused")
    code, _, errors = run_while(talk, rig, agent)
    expect(code == 4 and f"(process {talk.child.pid})" in errors, f"attach said {code}: {errors}")
    waits(rig, agent, talk)
    talk.goes_on_for(200)
    takes_it(rig, agent, talk)


def run_while(talk, rig, agent):
    """attach, as a script sends it to the socket, while the conversation continues."""
    asker = subprocess.Popen([rig.agent, "attach", "mk3", "--runtime-dir", agent.runtime], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
    talk.goes_on_until("attach is answered", lambda: asker.poll() is not None)
    out, errors = asker.communicate()
    return asker.returncode, out, errors


if __name__ == "__main__":
    run_claims()
