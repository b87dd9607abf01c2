"""The judge itself: it accepts the recordings of real firmware, and notices a fault that is put into a recorded print."""
import importlib.machinery
import importlib.util
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "data")
FAULTS_EACH = 40

loader = importlib.machinery.SourceFileLoader("judge", os.path.join(HERE, "judge"))
sys.dont_write_bytecode = True
judge = importlib.util.module_from_spec(importlib.util.spec_from_loader("judge", loader))
loader.exec_module(judge)


def read(name):
    return judge.read_recording(os.path.join(DATA, name + ".jsonl"))


def recordings():
    for folder in ("recordings", "states"):
        for directory, _, files in sorted(os.walk(os.path.join(DATA, folder))):
            for file in sorted(files):
                if file.endswith(".jsonl"):
                    yield os.path.relpath(os.path.join(directory, file[:-len(".jsonl")]), DATA)


def check_recordings():
    """[violation]"""
    with open(os.path.join(HERE, "known.txt"), encoding="utf-8") as file:
        known = {line.strip() for line in file if not line.startswith("#")}
    wrong = []
    names = list(recordings())
    for name in names:
        found = judge.Judge().judge(read(name))
        is_known = name.removeprefix("recordings/") in known
        if found and not is_known:
            wrong.append(f"{name}: {found[0]}")
        if is_known and not found:
            wrong.append(f"{name}: nothing is found, so it does not belong into known.txt")
    print(f"{len(names)} recordings of real firmware, {len(known)} of them known not to add up")
    return wrong


# Each takes the lines of the printer's and the host's side, changes one of them, and returns whether it could.
def places(lines, direction, matches):
    found = [at for at, (kind, line) in enumerate(lines) if kind == direction and matches(line)]
    return found[20:-20]  # within the print: before it and after it a host may be absent


def is_command(line):
    return line.startswith(b"N")


def is_ok(line):
    return line.startswith(b"ok")


def lost_command(chance, printer, _):
    del printer[chance.choice(places(printer, "tx", is_command))]


def doubled_command(chance, printer, _):
    at = chance.choice(places(printer, "tx", is_command))
    printer.insert(at, printer[at])


def exchanged_commands(chance, printer, _):
    at = places(printer, "tx", is_command)
    first, second = next((a, b) for a, b in chance.sample(list(zip(at, at[1:])), len(at) - 1) if printer[a] != printer[b])
    printer[first], printer[second] = printer[second], printer[first]


def changed_byte(chance, printer, _):
    at = chance.choice(places(printer, "tx", is_command))
    line = bytearray(printer[at][1])
    line[chance.randrange(len(line) - 1)] ^= 1
    printer[at] = ("tx", bytes(line))


def foreign_command(chance, printer, _):
    printer.insert(chance.choice(places(printer, "tx", is_command)), ("tx", b"G28\n"))


def lost_ok(chance, _, host):
    del host[chance.choice(places(host, "rx", is_ok))]


def doubled_ok(chance, _, host):
    host.insert(chance.choice(places(host, "rx", is_ok)), ("rx", b"ok\n"))


def lost_ok_of_printer(chance, printer, host):
    """The firmware forgets one: both sides lack it."""
    number = chance.randrange(30, sum(is_ok(line) for kind, line in host if kind == "rx") - 30)
    del host[[at for at, (kind, line) in enumerate(host) if kind == "rx" and is_ok(line)][number]]
    owned = [at for at, (kind, line) in enumerate(printer) if kind == "rx" and line in (b"ok\n", b"ok\r\n")]
    del printer[chance.choice(owned[30:-30])]


def leaked_answer(chance, printer, host):
    """The answer to a query of the agent comes to the host, between two of its oks."""
    answers = [line for kind, line in printer if kind == "rx" and line.startswith(b"ok T:")]
    host.insert(chance.choice(places(host, "rx", is_ok)), ("rx", chance.choice(answers)))


def exchanged_answers(chance, _, host):
    at = [place for place in range(20, len(host) - 20) if host[place][0] == host[place + 1][0] == "rx" and
          host[place][1] != host[place + 1][1]]
    place = chance.choice(at)
    host[place], host[place + 1] = host[place + 1], host[place]


FAULTS = (lost_command, doubled_command, exchanged_commands, changed_byte, foreign_command, lost_ok, doubled_ok,
          lost_ok_of_printer, leaked_answer, exchanged_answers)


def check_cut(printer, host):
    """A print whose cable is pulled: what was on its way may be missing, and nothing else."""
    middle = places(printer, "tx", is_command)[-5]
    _, line = printer[middle]
    seen = [event for event in host if event[0] == "tx"], [event for event in host if event[0] == "rx"]
    count = seen[0].index(("tx", line)) + 3  # two lines more than the printer got
    cut = seen[0][:count] + seen[1][:sum(kind == "rx" for kind, _ in printer[:middle]) // 2]
    wrong = []
    for end in (printer[:middle + 1], printer[:middle] + [("tx", line[:5])]):
        found = judge.Judge(cut=True).judge(end, cut)
        if found:
            wrong.append(f"a cut print: {found[0]}")
        if not judge.Judge().judge(end, cut):
            wrong.append("a cut print counts as whole")
        at = places(end, "tx", is_command)[3]
        if not judge.Judge(cut=True).judge(end[:at] + end[at + 1:], cut):
            wrong.append("a lost line of a cut print was not noticed")
    return wrong


def check_faults():
    wrong = []
    printer, host = read("judged/printer"), read("judged/host")
    both = judge.lines_of(printer), judge.lines_of(host)
    first = judge.Judge()
    found = first.judge(printer, host)
    if found:
        wrong.append(f"a print without a fault: {found[0]}")
    if not first.count["agent"]:
        wrong.append("the recorded print has no query of the agent, so it proves nothing about them")
    found = judge.Judge().judge(both[0] + [("tx", b"M105\n")], both[1])
    if found:
        wrong.append(f"a recording that ends behind a query of the agent: {found[0]}")
    if not judge.Judge().judge(both[0] + [("tx", b"M105\n"), ("rx", b"echo:busy: processing\n")], both[1]):
        wrong.append("a query that was not answered although the printer went on was not noticed")
    wrong += check_cut(*both)
    found = judge.Judge().judge([("tx", b"M105\n"), ("tx", b"G1 X1\n"), ("rx", b"ok T:21.5 /0.0\nok\nok\n")])
    if found:
        wrong.append(f"the second ok of an M105 with a line behind it: {found[0]}")
    if not judge.Judge().judge([("tx", b"M105\n"), ("tx", b"G1 X1\n"), ("rx", b"ok T:21.5 /0.0\nok\nok\nok\n")]):
        wrong.append("a third ok was not noticed")
    for fault in FAULTS:
        noticed = 0
        for seed in range(FAULTS_EACH):
            sides = [list(lines) for lines in both]
            fault(random.Random(seed), *sides)
            noticed += bool(judge.Judge().judge(*sides))
        print(f"{fault.__name__}: noticed {noticed} of {FAULTS_EACH}")
        if noticed < FAULTS_EACH:
            wrong.append(f"{fault.__name__}: only {noticed} of {FAULTS_EACH} were noticed")
    return wrong


violations = check_recordings() + check_faults()
for sentence in violations:
    print("FAIL " + sentence)
sys.exit(1 if violations else 0)
