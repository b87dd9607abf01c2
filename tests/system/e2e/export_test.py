"""export and metrics as users call them: the demo's print from a real Prometheus and from the agent alone, pictures
that gnuplot and matplotlib draw of it, and a server that refuses, fails temporarily and requires a login."""
import csv
import fcntl
import gzip
import http.server
import io
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import urllib.parse

from rig import HERE, Process, claim, expect, free_port, run_claims, wait_until

sys.path.insert(0, os.path.join(HERE, "..", "monitoring"))
from servers import Prometheus  # noqa: E402  (the path comes first)

STEP = 10             # seconds between two samples in the agent's history
SCRAPE = 1            # seconds between two scrapes
REPORT = 2            # seconds between two reports of the virtual printer
PYTHON = "/usr/bin/python3"   # the one that Debian's matplotlib belongs to
SPEED = "8"           # the print takes half a minute


def run(rig, *words, feed=None, status=0, environment=None):
    """Standard output of `marlin-agent WORDS`, whose exit status must be `status`."""
    done = subprocess.run([rig.agent, *words], input=feed, capture_output=True, timeout=60, check=False, env=environment)
    expect(done.returncode == status, f"{words}: status {done.returncode}, wanted {status}: {done.stderr.decode()[-800:]}")
    run.said = done.stderr.decode()
    return done.stdout


def table(text):
    """Header and {time: fields} of a CSV."""
    rows = list(csv.reader(io.StringIO(text.decode(), newline="")))
    expect(len({len(row) for row in rows}) == 1, "rows of different lengths")
    return rows[0], {int(row[0]): row[1:] for row in rows[1:]}


class DemoAndPrometheus:
    """A demo during its print, and the Prometheus that scrapes it."""

    def __init__(self, rig):
        port = free_port()
        self.address = f"127.0.0.1:{port}"
        folder = os.path.join(rig.directory, "tmp")
        os.makedirs(folder, exist_ok=True)
        self.prometheus = rig.keep(Prometheus(rig.directory,
            f"global: {{scrape_interval: {SCRAPE}s, scrape_timeout: {SCRAPE}s}}\n"
            f"scrape_configs:\n- job_name: marlin\n  static_configs: [{{targets: ['{self.address}']}}]\n")).wait_until_ready()
        self.demo = rig.keep(Process(rig.directory, "demo", [rig.agent, "demo", "--speed", SPEED, "--web.listen-address", self.address],
                                     env={**os.environ, "TMPDIR": folder}))
        self.from_prometheus = ["--prometheus", f"http://{self.prometheus.address}"]
        self.from_agent = ["--from-agent", "--agent", f"http://{self.address}"]
        self.sources = (self.from_prometheus, self.from_agent)

    def wait_for_print(self):
        self.prometheus.wait_for("marlin_print_job_info")

    def wait_for_end(self):
        """Also waits for the cooling after the print."""
        self.prometheus.wait_for('marlin_prints_total{result="completed"} == 3', 240)
        ended = self.prometheus.query("time()")[0][1]
        self.prometheus.wait_for(f"vector(time()) > {ended} + {2 * STEP}", 60)


def values_around(raw, column, at):
    """The values of Prometheus between the oldest and the newest sample that the agent's value may come from."""
    window = range(at - 2 * STEP - SCRAPE - REPORT, at + SCRAPE + REPORT + 1)
    return [float(raw[t][column]) for t in window if t in raw and raw[t][column]]


def expect_same(of_prometheus, of_agent, raw):
    """Both tables have the same columns and instants, and each of the agent's values occurs in Prometheus near its instant."""
    header, rows = of_prometheus
    expect(of_agent[0] == header, f"columns {of_agent[0]} and {header}")
    common = sorted(set(rows) & set(of_agent[1]))
    expect(len(common) >= 5, f"only {len(common)} instants in common: {sorted(rows)}, {sorted(of_agent[1])}")
    expect(common == list(range(common[0], common[-1] + 1, STEP)), f"the instants {common} are no grid")
    expect(len(set(rows) ^ set(of_agent[1])) <= 4, f"instants {sorted(rows)} and {sorted(of_agent[1])}")
    compared = 0
    for at in common:
        for column, text in enumerate(of_agent[1][at]):
            near = values_around(raw[1], column, at)
            if text == "":
                continue
            expect(near, f"{header[column + 1]} at {at}: the agent has {text}, Prometheus has nothing")
            expect(min(near) - 0.1 <= float(text) <= max(near) + 0.1,
                   f"{header[column + 1]} at {at}: the agent has {text}, Prometheus {min(near)} to {max(near)}")
            compared += 1
    expect(compared >= 5 * len(common), f"only {compared} values were compared in {len(common)} rows")


SHOW_COLOURS = """
import sys
import matplotlib.image
for name in sys.argv[1:]:
    picture = matplotlib.image.imread(name)[:, :, :3]
    print(((picture.max(2) - picture.min(2)) > 0.2).sum(), *picture.shape)
"""


def expect_pictures(paths):
    """Each picture has coloured curves and not only a frame."""
    seen = subprocess.run([PYTHON, "-c", SHOW_COLOURS, *paths], capture_output=True, timeout=120, check=True).stdout.decode()
    for path, line in zip(paths, seen.splitlines(), strict=True):
        coloured, height, width, _ = map(int, line.split())
        expect((height, width) == (400, 800), f"{path} is {width} x {height}")
        expect(coloured > 1500, f"{path}: only {coloured} coloured pixels")


def draw_with_gnuplot(rig, world, source):
    path = os.path.join(rig.directory, f"gnuplot{world.sources.index(source)}.png")
    script = run(rig, "export", *source, "--print", "last", "--format", "gnuplot", "--terminal", "png", "--size", "800x400",
                 "--title", "it's \"the\" $1_{print}")
    with open(path, "wb") as file:
        drawn = subprocess.run(["gnuplot"], input=script, stdout=file, stderr=subprocess.PIPE, timeout=60, check=False)
    expect(drawn.returncode == 0 and not drawn.stderr, "gnuplot: " + drawn.stderr.decode())
    return path


def draw_with_matplotlib(rig, world, source):
    path = os.path.join(rig.directory, f"matplotlib{world.sources.index(source)}.png")
    script = run(rig, "export", *source, "--print", "last", "--format", "matplotlib", "--size", "800x400", "--time", "elapsed",
                 "--title", "it's \"the\" $1_{print}")
    drawn = subprocess.run([PYTHON, "-", path], input=script, capture_output=True, timeout=120, check=False)
    expect(drawn.returncode == 0, "matplotlib: " + drawn.stderr.decode()[-800:])
    return path


@claim("the demo's last print is the same table from Prometheus and from the agent alone, and both draw it")
def both_ways(rig, _):
    world = DemoAndPrometheus(rig)
    world.wait_for_print()
    run(rig, "export", *world.from_prometheus, "--print", "last", status=1)
    expect("no ended print" in run.said, run.said)
    for source in world.sources:
        wait_until("the running print has values", lambda s=source: subprocess.run(
            [rig.agent, "export", *s, "--print", "current"], capture_output=True, check=False).returncode == 0, 60, 1)
    world.wait_for_end()
    last = ["--print", "last", "--step", str(STEP)]
    tables = [table(run(rig, "export", *source, *last)) for source in world.sources]
    raw = table(run(rig, "export", *world.from_prometheus, "--print", "last", "--step", str(SCRAPE)))
    expect_same(*tables, raw)
    for source in world.sources:
        run(rig, "export", *source, "--print", "current", status=1)
        run(rig, "export", *source, "--print", "4711", status=1)
        by_id = table(run(rig, "export", *source, "--print", "4", "--printer", "mk3s", "--margin", "0", "--step", str(STEP)))
        expect(set(by_id[1]) < set(tables[0][1]) | set(tables[1][1]), "the print without margins is not part of the print with margins")
    pictures = [draw(rig, world, source) for draw in (draw_with_gnuplot, draw_with_matplotlib) for source in world.sources]
    expect_pictures(pictures)
    dumb = run(rig, "export", *world.from_prometheus, "--print", "last", "--format", "gnuplot", "--terminal", "dumb")
    drawn = subprocess.run(["gnuplot"], input=dumb, capture_output=True, timeout=60, check=True).stdout.decode()
    expect("tool0 target" in drawn and drawn.count("&") > 50, drawn)
    other_forms(rig, world)


def other_forms(rig, world):
    """What also needs the demo and Prometheus: every preset, long ranges, a terminal, a page of metrics."""
    for preset in ("temps", "progress", "fans", "link", "all"):
        whole = json.loads(run(rig, "export", *world.from_prometheus, "--print", "last", "--preset", preset, "--format", "json"))
        names = [series["name"] for series in whole["series"]]
        expect(len(names) == len(set(names)) and names, f"{preset}: {names}")
        marks = [mark["text"] for mark in whole["marks"]]
        expect(preset != "temps" or {"printing", "finished"} <= set(marks), f"{preset}: {marks}")
        expect(preset != "all" or any(re.fullmatch(r"layer \d+", mark) for mark in marks), f"{preset}: {marks}")
    everything = ["export", *world.from_prometheus, "--print", "last", "--preset", "all", "--terminal", "png"]
    script = run(rig, *everything, "--format", "gnuplot")
    expect(re.search(rb"set multiplot layout (\d+),1 ", script).group(1) == b"13", "not a panel for each unit")
    drawn = subprocess.run(["gnuplot"], input=script, capture_output=True, timeout=60, check=False)
    expect(drawn.stdout.startswith(b"\x89PNG") and not drawn.stderr, "gnuplot: " + drawn.stderr.decode())
    script = run(rig, *everything, "--format", "matplotlib")
    drawn = subprocess.run([PYTHON, "-"], input=script, capture_output=True, timeout=120, check=False)
    expect(drawn.stdout.startswith(b"\x89PNG"), "matplotlib: " + drawn.stderr.decode()[-800:])
    whole = json.loads(run(rig, "export", *world.from_agent, "--print", "last", "--format", "json"))
    marks = [mark["text"] for mark in whole["marks"]]
    expect("completed" in marks, f"the agent's marks: {marks}")
    blocks = os.path.join(rig.directory, "all.om")
    run(rig, "export", *world.from_prometheus, "--print", "last", "--preset", "all", "--format", "openmetrics", "--output", blocks)
    made = subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", blocks, os.path.join(rig.directory, "blocks")],
                          capture_output=True, timeout=60, check=False)
    expect(made.returncode == 0, "promtool: " + made.stderr.decode())
    run(rig, "export", *world.from_prometheus, "up{", status=3)
    expect("parse error" in run.said, f"the server's message is missing in {run.said}")
    run(rig, "export", *world.from_prometheus, "no_such_metric", status=1)

    # 43,200 values: five queries. Progress is for a terminal only.
    long = [*world.from_prometheus, "up", "--last", "12h", "--step", "1s", "--legend", "{{job}}"]
    header, rows = table(run(rig, "export", *long))
    expect(header == ["unix_seconds", "marlin"] and run.said == "", f"{header}, and messages in a pipe: {run.said!r}")
    expect(sorted(rows) == list(range(min(rows), max(rows) + 1)), "the pieces leave gaps")
    master, slave = pty.openpty()
    with subprocess.Popen([rig.agent, "export", *long], stdout=subprocess.DEVNULL, stderr=slave, env={**os.environ, "TERM": "xterm"}) as done:
        expect(done.wait(60) == 0, "status on a terminal")
    os.close(slave)
    expect(b"part 5 of 5" in os.read(master, 65536), "no progress on a terminal")
    os.close(master)

    page = f"http://{world.address}"
    families = json.loads(run(rig, "metrics", page, "--format", "json"))
    by_name = {family["name"]: family for family in families}
    # As Prometheus stores them: with the children of histograms, and _created.
    for name in ("marlin_temperature_celsius", "marlin_ok_latency_seconds", "marlin_resends_total"):
        root = name.removesuffix("_total")
        stored = world.prometheus.query(f'count({{__name__=~"{root}(_total|_created|_bucket|_sum|_count)?"}})')[0][1]
        expect(by_name[name]["cardinality"] == stored, f"{name}: {by_name[name]['cardinality']}, Prometheus has {stored}")
    run(rig, "metrics", page, "--max-cardinality", "10", status=1)
    expect("marlin_ok_latency_seconds has " in run.said, run.said)
    with subprocess.Popen([rig.agent, "metrics", page, "--series", "process_cpu_seconds_total", "--watch", "200ms"], stdout=subprocess.PIPE) as watch:
        heads = [line for line in (watch.stdout.readline() for _ in range(9)) if line.startswith(b"SERIES")]
        watch.terminate()
        expect(len(heads) >= 2 and watch.wait(10) == 0, "it is not read again")


    draws_on_a_terminal(rig, page)


def draws_on_a_terminal(rig, page):
    """metrics --watch redraws within the terminal's width and restores the screen."""
    master, slave = pty.openpty()
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 70, 0, 0))
    seen = b""
    with subprocess.Popen([rig.agent, "metrics", page, "--filter", "TEMPERATURE", "--watch", "200ms"], stdout=slave, stderr=slave,
                          env={**os.environ, "TERM": "xterm"}) as watch:
        os.close(slave)
        while seen.count(b"NAME") < 3:
            expect(select.select([master], [], [], 20)[0], f"it does not redraw: {seen!r}")
            seen += os.read(master, 65536)
        watch.send_signal(signal.SIGINT)
        expect(watch.wait(10) == 0, "status after Ctrl-C")
    seen += os.read(master, 65536)
    os.close(master)
    expect(seen.endswith(b"\x1b[?1049l"), f"the screen is not restored: {seen[-60:]!r}")
    lines = re.sub(rb"\x1b\[[?0-9;]*[A-Za-z]", b"\n", seen).decode().splitlines()
    expect(max(map(len, lines)) <= 70, "wider than the terminal")


class UnreliableServer:
    """A server behind a proxy's path that requires a login, compresses its answers, and is not always available."""

    def __init__(self):
        self.asked, self.wanted, self.failures, self.answer = [], None, 0, None
        server = self

        class Answers(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                server.reply(self, self.path, "")

            def do_POST(self):
                server.reply(self, self.path, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/prom"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply(self, request, path, form):
        self.asked.append((request.command, path, form))
        if self.wanted and request.headers.get("Authorization") != self.wanted:
            return self.send(request, 401, b"who are you?\n", "text/plain")
        if self.failures > 0:
            self.failures -= 1
            return self.send(request, 503, b"not now\n", "text/plain")
        if self.answer:
            return self.send(request, *self.answer)
        if "/prom/api/v1/" not in path:
            return self.send(request, 404, b"<html><body>nothing here</body></html>", "text/html")
        fields = dict(urllib.parse.parse_qsl(form or path.partition("?")[2]))
        result = [{"metric": {"__name__": "up", "a": "it's; \"b\"\n"}, "values": [[float(fields.get("start", 0)), "1"]]}]
        body = json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}}).encode()
        return self.send(request, 200, body, "application/json")

    def send(self, request, status, body, kind):
        packed = gzip.compress(body)
        request.send_response(status)
        for name, value in (("Content-Type", kind), ("Content-Encoding", "gzip"), ("Content-Length", str(len(packed)))):
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(packed)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def secret(rig, name, text):
    path = os.path.join(rig.directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return path


@claim("logins, a proxy's path, compressed answers, long queries and a server that fails temporarily are handled")
def unreliable_server(rig, _):
    server = rig.keep(UnreliableServer())
    ask = ["export", "--prometheus", server.url, "--last", "1m"]
    header, _rows = table(run(rig, *ask, "up"))
    expect(header[1] == 'up{a="it\'s; \\"b\\"\\n"}', f"{header}")
    expect(all(path.startswith("/prom/api/v1/") for _, path, _ in server.asked), f"{server.asked}")

    server.asked.clear()
    run(rig, *ask, "up + 0" * 1000)
    expect(server.asked[-1][0] == "POST" and "up" in server.asked[-1][2], "a long query is no POST")

    server.failures = 1
    run(rig, *ask, "up")
    server.failures = 100
    run(rig, *ask, "up", status=3)
    expect("HTTP 503: not now" in run.said, run.said)
    server.failures = 0

    server.wanted = "Basic bWU6cmlnaHQgaG9yc2U="  # me:right horse
    run(rig, *ask, "up", status=3)
    expect("HTTP 401: who are you?" in run.said, run.said)
    password = secret(rig, "password", "right horse")
    run(rig, *ask, "up", "--user", "me", "--password-file", password)
    server.wanted = "Bearer abc.def"
    run(rig, *ask, "up", "--bearer-token-file", secret(rig, "token", "abc.def"))
    run(rig, *ask, "up", "--bearer-token-file", "/does/not/exist", status=2)
    server.wanted = None

    server.answer = (200, b"# HELP a\na{b=\"c\"} 1 17\n", "text/plain")
    expect(b"a" in run(rig, "metrics", server.url + "/m"), "no metric")
    server.answer = (404, b"# HELP a\na 1\n", "text/plain")
    run(rig, "metrics", server.url, status=3)     # prom-metric-viewer reads it in spite of that
    server.answer = (200, b"<html></html>", "text/html")
    run(rig, "metrics", server.url, status=3)
    server.answer = (200, b"<html></html>", "text/plain")
    run(rig, "metrics", server.url, status=3)
    expect("line 1" in run.said, run.said)
    server.answer = (200, b"a 1\n" * 5_000_000, "text/plain")
    run(rig, "metrics", server.url, status=3)
    expect("16 MB" in run.said and "--step" not in run.said, run.said)
    closed = f"http://127.0.0.1:{free_port()}"
    for words in (("metrics", closed), ("export", "--prometheus", closed), ("export", "--from-agent", "--agent", closed)):
        run(rig, *words, status=3)
        expect(re.search(r"no answer from http://127\.0\.0\.1:\d+", run.said), run.said)
        if words[0] == "export":
            expect(("Without one: --from-agent" in run.said) == ("--prometheus" in words), run.said)
            expect(("Another address: --agent URL" in run.said) == ("--from-agent" in words), run.said)


@claim("a file is replaced by a complete export or not at all, and a wrong command line gives status 2")
def files(rig, _):
    server = rig.keep(UnreliableServer())
    ask = ["export", "--prometheus", server.url, "--last", "1m", "up"]
    path = secret(rig, "out.csv", "old")
    server.answer = (200, json.dumps({"status": "error", "errorType": "execution", "error": "no"}).encode(), "application/json")
    run(rig, *ask, "--output", path, status=3)
    with open(path, encoding="utf-8") as file:
        expect(file.read() == "old\n", "a failed export touched the file")
    server.answer = None
    expect(run(rig, *ask, "--output", path) == b"", "standard output in spite of --output")
    with open(path, "rb") as file:
        table(file.read())
    expect(not os.path.exists(path + ".new"), "an incomplete file is left")
    expect(run(rig, *ask, "--output", "/dev/stdout").startswith(b"unix_seconds,"), "a special file is not written to")
    run(rig, *ask, "--output", os.path.join(rig.directory, "no", "such", "folder"), status=2)
    run(rig, "export", "--start", "yesterday", status=2)
    run(rig, "metrics", "--filter", "(", status=2)
    expect("Try: marlin-agent metrics --help" in run.said, run.said)


run_claims()
