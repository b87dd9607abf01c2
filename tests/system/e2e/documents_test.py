"""Every command of README.md, packaging/doc/*.md and the examples of marlin-agent(1), as a reader would type it.

A command is run here where that needs no root, no service and no hardware: with a virtual printer called mk3s that has
printed once, the agent, Prometheus and Alertmanager. The files of the package lie under a directory that stands for /.
Those that need the service, root or a person are run under a systemd that is process 1, by tests/campaigns/systemd, which
gets them by --service-commands. Of all commands, each program exists, each long option is in its --help, and each file and unit is
in the package. A command inside a sentence is treated in the same way, unless it is only the name of a command."""
import glob
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time

from rig import HERE, HostPort, claim, expect, free_port, run_claims, wait_until

sys.path.insert(0, os.path.join(HERE, "..", "monitoring"))
from servers import Alertmanager, Prometheus, changed  # noqa: E402  (the path comes first)

ROOT = os.path.abspath(os.path.join(HERE, "..", "..", ".."))
PACKAGING = os.path.join(ROOT, "packaging")
DOCUMENTS = [os.path.join(ROOT, "README.md"), *sorted(glob.glob(os.path.join(PACKAGING, "doc", "*.md"))),
             os.path.join(PACKAGING, "man", "marlin-agent.1")]
PRINT = os.path.join(PACKAGING, "demo", "hex_nut.gcode")

RUN = {"marlin-agent", "build/release/marlin-agent", "curl", "promtool", "amtool", "cp", "top", "head", "tail", "grep", "free", "date", "df", "gnuplot",
       "python3", "ss"}
HERE_ITSELF, SYSTEMD = "here", "tests/campaigns/systemd"
# Run by SYSTEMD.
UNDER_SYSTEMD = {"systemctl", "journalctl", "timedatectl", "apt", "dmesg", "fuser", "editor"}
# What stands there for units that Debian does not have: made by tests/system/package/documents_cycle.
STAND_IN = {"grafana-server": "a unit of that name, as Grafana is not in Debian; it starts if it can read the provisioning"}
# Run by the file that is named.
ELSEWHERE = {"packaging/quickstart": "tests/campaigns/releases", "tests/run": "tests/campaigns/releases", "packaging/build-deb": "tests/campaigns/packages",
             "packaging/build-repository": "tests/system/package/make_repositories"}
OTHER_UNITS = {"prometheus", "prometheus-alertmanager", *STAND_IN}
LONG_RUNNING = re.compile(r"--watch\b|marlin-agent (watch|run|demo)\b")
# Inside a sentence: the name of a command, not a command.
NAMES = re.compile(r"(systemctl|promtool check|promtool tsdb) [a-z-]+$|packaging/[a-z]+$|marlin-agent (COMMAND|metrics-reference|(release|attach|reset)$)")
PLACEHOLDERS = {"NAME": "mk3s", "ID": "1", "FILE": "/etc/marlin-agent/marlin-agent.toml"}
# A pseudo-terminal cannot be reset: the command says so when all else is right.
REFUSED = "a pseudo-terminal has no DTR line"


def blocks(path):
    """(line number, language or None, text) of each line of an indented block, and of each fenced block as a whole."""
    with open(path, encoding="utf-8") as file:
        lines = file.read().split("\n")
    if path.endswith(".1"):
        yield from manual_examples(lines)
        return
    fence, began, indented, indent = None, 0, False, 0
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            if fence is None:
                fence, began = line[3:].strip(), number
            else:
                yield began + 1, fence, "\n".join(lines[began:number - 1])
                fence = None
        elif fence is None:
            before = lines[number - 2] if number > 1 else ""
            # Markdown: four blanks behind an empty line, a heading or another such line, more in a list; within a paragraph
            # they are text.
            if not indented:
                indent = max(4, len(line) - len(line.lstrip()))
            indented = line.startswith(" " * indent) and (indented or not before or before.startswith("#"))
            if indented:
                yield number, None, line[indent:]


def manual_examples(lines):
    """The same of the lines between .nf and .fi below .SH EXAMPLES."""
    section, literal = "", False
    for number, line in enumerate(lines, 1):
        if line.startswith(".SH "):
            section = line[4:]
        elif line in (".nf", ".fi"):
            literal = line == ".nf"
        elif literal and section == "EXAMPLES":
            yield number, None, line.replace("\\-", "-")


def spans(path):
    """(line number, text) of the commands inside sentences."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"^```.*?^```$", lambda block: "\n" * block.group(0).count("\n"), file.read(), flags=re.M | re.S)
    text = re.sub(r"^    .*$", "", text, flags=re.M)
    for found in re.finditer(r"`((?:sudo )?(?:marlin-agent|systemctl|journalctl|promtool|amtool|packaging/|tests/run)[^`]*)`", text):
        words = found.group(1).replace("\n", " ").split()
        if len(words) > 1 or "/" in words[0]:
            yield text[:found.start()].count("\n") + 1, " ".join(words)


def split(text, *separators):
    """The text split at separators that are words of their own, outside quotes."""
    parts, quote, at = [""], "", 0
    while at < len(text):
        found = next((s for s in separators if not quote and text.startswith(f" {s} ", at)), None)
        if found:
            parts.append("")
            at += len(found) + 2
            continue
        if text[at] in "'\"" and quote in ("", text[at]):
            quote = "" if quote else text[at]
        parts[-1] += text[at]
        at += 1
    return [part.strip() for part in parts]


def simple(text):
    """The words of one simple command: without sudo, variables and the files that it writes."""
    words = shlex.split(text)
    while words and (words[0] == "sudo" or re.match(r"\w+=", words[0])):
        words = words[1:]
    return [word for at, word in enumerate(words) if word not in (">", "2>") and not (at and words[at - 1] in (">", "2>"))]


def without_comment(line):
    return re.sub(r"\s+#\s.*$", "", line).strip()


class Checker:
    """What a command says must exist, without running it."""

    def __init__(self, agent):
        self.agent = agent
        self.helps = {}

    def help_of(self, program, *command):
        key = (program, *command)
        if key not in self.helps:
            done = subprocess.run([*key, "--help"], capture_output=True, text=True, timeout=20, check=False, env={**os.environ, "PAGER": "cat"})
            self.helps[key] = done.stdout + done.stderr
        return self.helps[key]

    def faults(self, words):
        """Sentences about one simple command."""
        program, arguments = words[0], words[1:]
        if program in ("packaging/marlin-agent.toml",) or program.endswith((".md", ".service")):
            return []
        if program.startswith(("packaging/", "tests/")):
            path = os.path.join(ROOT, program.rstrip(".,"))
            if not os.path.exists(path):
                return [f"{program} does not exist"]
            if os.path.isdir(path) or not arguments:
                return []
            with open(path, encoding="utf-8") as file:
                text = file.read() + (self.help_of(self.agent, "demo") if program.endswith("quickstart") else "")
            return [f"{program} has no option {word}" for word in arguments if word.startswith("--") and word not in text]
        if program in ("marlin-agent", "build/release/marlin-agent"):
            return self.agent_faults(arguments)
        if not shutil.which(program):
            return [f"there is no program {program}"]
        found = [f"{program} has no option {option}" for option in self.long_options(arguments)
                 if not re.search(rf"{re.escape(option)}(?![\w-])",
                                  self.help_of(program, *arguments[:1 if program == "promtool" else 0]) + self.manual(program))]
        if program == "systemctl" and len(arguments) > 1:
            found += self.unit_faults(arguments)
        return found

    @staticmethod
    def long_options(arguments):
        return [word.split("=")[0] for word in arguments if word.startswith("--") and len(word) > 2]

    def manual(self, program):
        if ("man", program) not in self.helps:
            done = subprocess.run(["man", program], capture_output=True, text=True, timeout=20, check=False, env={**os.environ, "MANPAGER": "cat"})
            self.helps[("man", program)] = done.stdout
        return self.helps[("man", program)]

    def agent_faults(self, arguments):
        if not arguments or arguments[0].startswith("--"):
            return [f"marlin-agent has no option {word}" for word in arguments if word not in self.help_of(self.agent)]
        command = arguments[0]
        if command in ("COMMAND", "metrics-reference"):
            return []
        if not re.search(rf"^  {re.escape(command)} ", self.help_of(self.agent), re.M):
            return [f"marlin-agent has no command {command}"]
        known = self.help_of(self.agent, command)
        return [f"marlin-agent {command} has no option {option}" for option in self.long_options(arguments[1:])
                if not re.search(rf"(^|[ ,]){re.escape(option)}[ ,\n]", known)]

    def unit_faults(self, arguments):
        units = [word for at, word in enumerate(arguments) if at and not word.startswith("-") and arguments[at - 1] != "-p"]
        return [f"the package has no unit {unit}" for unit in units
                if unit not in OTHER_UNITS and not os.path.exists(os.path.join(PACKAGING, unit if "." in unit else unit + ".service"))]


class Scene:
    """The machine of a reader: printer, agent, a finished print, Prometheus, Alertmanager, and the files of the package below `slash`."""

    def __init__(self, rig):
        self.rig = rig
        self.slash = os.path.join(rig.directory, "root")
        self.work = os.path.join(rig.directory, "work")
        os.makedirs(self.work)
        self.install()
        self.printer = rig.start_printer("prusa-3.13", "--speed", "100", "--baud-pacing", "off")
        config = os.path.join(self.slash, "etc", "marlin-agent", "marlin-agent.toml")
        with open(config, "a", encoding="utf-8") as file:
            file.write(f'\n[printer.mk3s]\ndevice = "{self.printer.device}"\n')
        self.other = rig.start_printer("prusa-3.13", name="other")
        self.agent = rig.start_agent(None, config=config)
        self.agent.wait_for_web()
        self.prometheus = rig.keep(Prometheus(rig.directory,
            "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n- job_name: marlin\n"
            f"  static_configs: [{{targets: ['127.0.0.1:{self.agent.port}']}}]\n")).wait_until_ready()
        self.alertmanager = rig.keep(Alertmanager(rig.directory, changed(os.path.join(PACKAGING, "prometheus", "alertmanager.yml"), {})))
        self.alertmanager.wait_until_ready()
        self.agent.wait_for_up(printer="mk3s")
        self.print_once()
        # An incident's file is a recording with a first line more.
        self.copy_file(os.path.join(HERE, "..", "..", "data", "recordings", "prusa", "mk3s-3.13.3", "01_boot_reset.jsonl"),
                       os.path.join(self.agent.state, "incidents", "000001-mk3s-restart.jsonl"))
        self.environment = {**os.environ, "HOME": self.work, "PATH": f"{self.shims()}:/usr/bin:/bin:/usr/sbin:/sbin", "TERM": "dumb"}

    def install(self):
        """The rows of marlin-agent.install, with the path to the root in their texts."""
        with open(os.path.join(PACKAGING, "debian", "marlin-agent.install"), encoding="utf-8") as file:
            rows = [line.split() for line in file if line.strip()]
        for source, target in rows:
            copy = os.path.join(self.slash, target, os.path.basename(source))
            (shutil.copytree if os.path.isdir(os.path.join(ROOT, source)) else self.copy_file)(os.path.join(ROOT, source), copy)
        for path in glob.glob(os.path.join(self.slash, "usr", "share", "marlin-agent", "**", "*.yml"), recursive=True):
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace("/usr/share/marlin-agent", os.path.join(self.slash, "usr/share/marlin-agent")))
        for folder in ("etc/prometheus", "etc/grafana"):
            os.makedirs(os.path.join(self.slash, folder))

    @staticmethod
    def copy_file(source, target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        shutil.copy(source, target)

    def print_once(self):
        host = self.rig.keep(HostPort(os.path.join(self.agent.runtime, "mk3s")))
        with open(PRINT, encoding="utf-8") as file:
            lines = [line.split(";")[0].strip() for line in file]
        for number, line in enumerate(["M110 N0", *(line for line in lines if line)]):
            numbered = f"N{number} {line}"
            checksum = 0
            for byte in numbered.encode():
                checksum ^= byte
            host.write(f"{numbered}*{checksum}\n".encode())
            host.read_until(b"ok", 60)
        wait_until("the print has ended", lambda: self.agent.scrape().value("marlin_prints_total", printer="mk3s", result="completed") == 1, 60, 0.2)
        host.close()
        self.prometheus.wait_for('marlin_prints_total{result="completed"} == 1')

    def shims(self):
        """A folder for the path: marlin-agent with this test's directories and addresses instead of the defaults."""
        folder = os.path.join(self.rig.directory, "bin")
        os.makedirs(folder)
        path = os.path.join(folder, "marlin-agent")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"""#!/bin/bash
real={shlex.quote(self.rig.agent)}
case $1 in
  run) exec "$real" "$@" --runtime-dir {self.work}/run --state-dir {self.work}/state --web.listen-address 127.0.0.1:{free_port()} ;;
  demo) exec "$real" "$@" --web.listen-address 127.0.0.1:{free_port()} ;;
  status|watch|release|attach|reset) exec "$real" "$@" --runtime-dir {self.agent.runtime} ;;
  doctor) exec "$real" "$@" --runtime-dir {self.agent.runtime} --state-dir {self.agent.state} ;;
  jobs|incidents) exec "$real" "$@" --state-dir {self.agent.state} ;;
  report) exec "$real" "$@" --state-dir {self.agent.state} --agent http://127.0.0.1:{self.agent.port} ;;
  export) case " $* " in *" --from-agent "* | *" --layers "*) exec "$real" "$@" --agent http://127.0.0.1:{self.agent.port} ;;
          *) exec "$real" "$@" --prometheus http://{self.prometheus.address} ;; esac ;;
  metrics) case " $* " in *http*) exec "$real" "$@" ;; *) exec "$real" "$@" http://127.0.0.1:{self.agent.port}/metrics ;; esac ;;
  *) exec "$real" "$@" ;;
esac
""")
        os.chmod(path, 0o755)
        return folder

    def adapted(self, command):
        hour = time.strftime("%Y-%m-%d %H:%M", time.localtime(time.time() - 1200))
        if "decode FILE" in command:
            command = command.replace("FILE", os.path.join(self.agent.state, "incidents", "000001-mk3s-restart.jsonl"))
        for word, value in PLACEHOLDERS.items():
            command = re.sub(rf"\b{word}\b", value, command)
        for old, new in {"build/release/marlin-agent": "marlin-agent", "/dev/ttyACM0": self.other.device, "/usr/share/marlin-agent": os.path.join(self.slash, "usr/share/marlin-agent"), "/etc/": self.slash + "/etc/",
                         "localhost:11520": f"127.0.0.1:{self.agent.port}", "localhost:9090": self.prometheus.address,
                         "localhost:9093": self.alertmanager.address, "/var/lib/marlin-agent": self.agent.state,
                         "2026-11-21 14:00": hour, "jobs show 42": "jobs show 1", "000017-mk3s-restart": "000001-mk3s-restart"}.items():
            command = command.replace(old, new)
        return re.sub(r"(^|\s)sudo ", r"\1", command)

    def run(self, command):
        """The fault of a command, or None. A command that repeats is ended by Ctrl-C after five seconds."""
        if re.search(r"\b(marlin-agent|curl)\b", command):
            self.settle(command)
        repeats = LONG_RUNNING.search(command)
        child = subprocess.Popen(["bash", "-o", "pipefail", "-c", self.adapted(command)], cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            said, _ = child.communicate(timeout=5 if repeats else 60)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGINT)
            said, _ = child.communicate(timeout=10)
            # The last program of a pipeline ends with its first, and may keep what it has not written yet.
            return None if repeats and (said or "|" in command) else f"did not end: {said[-300:]!r}"
        allowed = {0, 1} if "doctor" in command or command.startswith(("grep", "sudo dmesg")) else {0}
        if child.returncode not in allowed and REFUSED not in said.decode(errors="replace"):
            return f"exit status {child.returncode}: {said.decode(errors='replace')[-400:]}"
        return None

    def settle(self, command):
        """The printer answers; for attach it is released."""
        wanted = "release" if "attach" in command else "attach"
        if self.agent.scrape().value("marlin_serial_released", printer="mk3s") != (wanted == "release"):
            subprocess.run([self.rig.agent, wanted, "mk3s", "--runtime-dir", self.agent.runtime], check=True, capture_output=True)
        if wanted == "attach":
            wait_until("its temperatures are known", lambda: self.agent.scrape().value("marlin_temperature_celsius", sensor="bed") is not None, 60, 0.2)


def where_it_runs(words_of_all):
    """The file that runs the pieces of a line, HERE_ITSELF for this one, and what stands there for a part of the machine."""
    for words in words_of_all:
        program = words[0]
        if program in ELSEWHERE:
            return ELSEWHERE[program], None
        if program in UNDER_SYSTEMD:
            missing = set(words) & set(STAND_IN) if program == "systemctl" else set()
            return SYSTEMD, STAND_IN[missing.pop()] if missing else None
        expect(program in RUN, f"{program} is in none of RUN, UNDER_SYSTEMD and ELSEWHERE")
    return HERE_ITSELF, None


def steps(path):
    """(line number, command) of each command of a document; each step of a && b is a command of its own, a pipeline is one."""
    for line, language, text in blocks(path):
        if language is None and not re.match(r"\s|\w+:( |$)", text):  # data
            for step in split(without_comment(text), "&&", ";"):
                yield line, step
    for line, text in spans(path):
        if not NAMES.match(text):
            yield line, text


def service_commands():
    """What tests/campaigns/systemd runs, in the order of the documents, each once."""
    found = {}
    for path in DOCUMENTS:
        for _, step in steps(path):
            parts = [simple(part) for part in split(step, "|")]
            if where_it_runs(parts)[0] == SYSTEMD or (parts[0][0] == "cp" and re.search(r"/etc/(prometheus|grafana)/", step)):
                found[re.sub(r"(^|\s)sudo ", r"\1", step)] = True
    return list(found)


@claim("every command of the documents runs here or in a campaign, and names programs, options, files and units that exist")
def commands(rig, _):
    checker = Checker(rig.agent)
    scene = Scene(rig)
    ran, stands, wrong, tried = {}, {}, [], {}

    for path in DOCUMENTS:
        name = os.path.relpath(path, ROOT)
        for line, language, text in blocks(path):
            if language == "toml":
                file = os.path.join(rig.directory, "example.toml")
                with open(file, "w", encoding="utf-8") as example:
                    example.write(text)
                done = subprocess.run([rig.agent, "check-config", file], capture_output=True, text=True, check=False)
                ran.setdefault(HERE_ITSELF, []).append("check-config of an example")
                if done.returncode:
                    wrong.append(f"{name}:{line}: {done.stdout + done.stderr}")
        for line, text in spans(path):
            if NAMES.match(text):
                wrong += [f"{name}:{line}: {text}: {fault}" for fault in checker.faults(simple(text))]
        for line, step in steps(path):
            parts = [simple(part) for part in split(step, "|")]
            faults = [fault for words in parts for fault in checker.faults(words)]
            if faults:
                wrong += [f"{name}:{line}: {step}: {fault}" for fault in faults]
                continue
            place, stand_in = where_it_runs(parts)
            ran.setdefault(place, []).append(step)
            if stand_in:
                stands.setdefault(stand_in, []).append(step)
            if place != HERE_ITSELF:
                continue
            # A change of the printer's state is tried each time that it is written.
            if step not in tried or re.search(r"\b(release|attach|reset)\b", step):
                tried[step] = scene.run(step)
            if tried[step]:
                wrong.append(f"{name}:{line}: {step}: {tried[step]}")
    for program, file in ELSEWHERE.items():
        with open(os.path.join(ROOT, file), encoding="utf-8") as script:
            expect(program in script.read(), f"{file} does not run {program}")
    print(f"     {sum(map(len, ran.values()))} commands in {len(DOCUMENTS)} documents, all run:")
    for place, those in sorted(ran.items()):
        shown = "" if place == HERE_ITSELF else f": {'; '.join(dict.fromkeys(those))[:300]}"
        print(f"     {len(those):4} {place}{shown}")
    for stand_in, those in stands.items():
        print(f"     {len(those):4} of them against a stand-in ({stand_in}): {'; '.join(those)}")
    expect(len(ran[HERE_ITSELF]) >= 140, f"only {len(ran[HERE_ITSELF])} commands were run")
    expect(not wrong, "\n     ".join(wrong))


if sys.argv[1:] == ["--service-commands"]:
    print("\n".join(service_commands()))
else:
    run_claims()
