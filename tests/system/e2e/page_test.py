"""The pages in a real browser: no error, no request to other servers, nothing that axe-core finds, live values, charts, the
prints, the catalogue, fifty printers, and what a first view costs."""
import contextlib
import os
import select
import sqlite3
import threading
import time

from printrun import gcoder

from browser import Browser
from print_client import PrintClient, load
from rig import BUNNY, FULL, Agent, claim, expect, run_claims, wait_until

VIEWS = {"desktop-light": (1280, 900, "light", False), "desktop-dark": (1280, 900, "dark", False),
         "phone-light": (390, 844, "light", True), "phone-dark": (390, 844, "dark", True)}
TEXT = "return document.querySelector(arguments[0])?.textContent ?? ''"


def nothing_wrong(browser, port):
    faults = [line for line in browser.console() if not line.startswith("debug:")]
    expect(not faults, f"the console says {faults[:5]}")
    own = (f"http://127.0.0.1:{port}/", "data:", "about:", "blob:")
    others = [address for address in browser.requests() if not address.startswith(own)]
    expect(not others, f"the page sent requests to other servers: {others[:5]}")


def follow(browser, link):
    browser.open(browser.run("return document.querySelector(arguments[0]).href", link))


def axe_finds_nothing(browser, what):
    found = browser.audit()
    expect(not found, f"axe-core on {what}: {found}")


COVERED = """
    const boxes = [...document.querySelectorAll('figure svg')].flatMap(svg => [...svg.querySelectorAll('text')].map(text => [text.textContent, text.getBoundingClientRect()]));
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return boxes.flatMap(([text, box], i) => boxes.slice(i + 1).filter(([, other]) => meet(box, other)).map(([other]) => `${text}, ${other}`));"""

# A number and its unit on two lines, except in the sentences of the catalogue.
BROKEN = r"""
    const found = [], texts = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.parentElement.closest('.help')) continue;
      for (const match of text.data.matchAll(/\d[ \u00a0](%|°C|mm|m|ms|µs|s)(?![a-z])/g)) {
        const range = document.createRange();
        range.setStart(text, match.index);
        range.setEnd(text, match.index + match[0].length);
        if (new Set([...range.getClientRects()].map(box => box.top)).size > 1) found.push(text.data);
      }
    }
    return found;"""


def take_pictures(browser, options, name, views=tuple(VIEWS), whole=True):
    for view, how in VIEWS.items():
        if view not in views:
            continue
        browser.look_like(*how)
        browser.wait_for("the page is drawn in that size", f"return innerWidth === {how[0]}")
        too_wide = browser.run("return document.documentElement.scrollWidth - innerWidth")
        expect(too_wide <= 0, f"{name} on {view} is {too_wide} pixels wider than the screen")
        size = browser.picture(os.path.join(options.pictures, f"{name}-{view}.png"), whole)
        expect(size > 5000, f"the picture of {name} on {view} is empty")
        axe_finds_nothing(browser, f"{name} on {view}")
        broken = browser.run(BROKEN)
        expect(not broken, f"number and unit are on two lines in {name} on {view}: {broken}")
        covered = browser.run(COVERED)
        expect(not covered, f"words of a chart cover each other in {name} on {view}: {covered}")
    browser.look_like(*VIEWS["desktop-light"])


def is_accessible(browser):
    """What a screen reader and a keyboard need, as far as a script can check."""
    faults = browser.run("""
        const faults = [];
        for (const e of document.querySelectorAll('button, input, select, summary, a, svg[role=img], progress, meter:not([hidden])')) {
          const name = e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.[0]?.textContent.trim();
          if (!name) faults.push('no name: ' + e.outerHTML.slice(0, 80));
        }
        for (const t of document.querySelectorAll('table')) {
          if (!t.caption || !t.querySelector('th[scope]')) faults.push('a table without caption or heads');
        }
        for (const tag of ['main', 'header', 'nav', 'h1']) {
          if (!document.querySelector(tag)) faults.push('no ' + tag);
        }
        if (!document.documentElement.lang) faults.push('no language');
        const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
        if (new Set(ids).size !== ids.length) faults.push('an id occurs twice');
        return faults;""")
    expect(not faults, f"{faults[:5]}")


FIRST_VIEW_BYTES = 150_000
# Layout shift: 0.1 is what browsers call good. Beside the builds of tests/run parts arrive one by one.
STEADY = 0.1 if FULL else 0.25
SHIFTS = """const done = arguments[0]; let sum = 0;
            new PerformanceObserver(all => { for (const one of all.getEntries()) if (!one.hadRecentInput) sum += one.value; })
              .observe({type: 'layout-shift', buffered: true});
            setTimeout(() => done(sum), 200);"""


def missing(received):
    """Addresses without an answer yet. One that is asked for again may come from the cache."""
    return {address for address, _ in received} - {address for address, size in received if size > 0}


def is_light(browser, what):
    wait_until("each answer has come", lambda: not missing(browser.received()), 10)
    received = browser.received()
    total, shift = sum(size for _, size in received), browser.run_async(SHIFTS)
    print(f"     the first view of {what}: {total / 1000:.1f} kB in {len(received)} answers, layout shift {shift:.3f}")
    expect(total <= FIRST_VIEW_BYTES, f"the first view of {what} needs {total} bytes: {sorted(received, key=lambda one: -one[1])}")
    expect(shift <= STEADY, f"the parts of {what} move while it loads: {shift:.3f}")


@claim("the page shows a print live with its chart, without an error and without a request to another server")
def live(rig, options):
    printer = rig.start_printer("prusa-3.13", "--speed", "10")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    browser = Browser(rig)
    browser.look_like(*VIEWS["desktop-light"])
    browser.open(f"http://127.0.0.1:{agent.port}/")
    browser.wait_for("the printer's card is there", "return document.querySelector('.card h2')?.textContent === 'mk3'")
    browser.wait_for("the connection is live", "return document.querySelector('.connection.live') !== null")
    expect(browser.run(TEXT, ".card .state .word") == "idle", "the state is not idle")
    before = browser.run(TEXT, ".heat .now")

    agent.wait_for_port()
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    browser.wait_for("the page knows of the host", "return document.querySelector('.host').textContent.includes('is connected')")
    expect(client.startprint(gcoder.LightGCode(load(BUNNY, 4000))), "Printrun did not start the print")
    browser.wait_for("the state is printing without a reload", "return document.querySelector('.card').dataset.state === 'printing'", 60)
    browser.wait_for("the temperature changed without a reload",
                     f"return document.querySelector('.heat .now').textContent !== {before!r}")
    expect("printing" in browser.run(TEXT, "#announcer"), "the new state was not announced")
    browser.wait_for("the chart has a line for the nozzle",
                     "return (document.querySelector('.chart svg [data-sensor=tool0] .actual')?.getAttribute('d') ?? '').split('L').length > 1", 90)
    browser.wait_for("elapsed time, filament, layer, height and overrides of the print are shown",
                     "return ['elapsed', 'filament', 'layer', 'height', 'speed', 'flow'].every("
                     "name => document.querySelector(`.print .${name}:not([hidden]) dd`)?.textContent.match(/[0-9]|under a minute/))", 60)
    browser.wait_for("the chart marks the begin of the print", "return document.querySelector('.chart svg line.print.begin') !== null", 60)
    said = browser.run("return document.querySelector('.chart svg').getAttribute('aria-label')")
    expect(said.startswith("Temperatures from ") and "nozzle" in said, f"the chart says {said!r}")
    is_accessible(browser)
    browser.look_like(*VIEWS["phone-dark"])
    browser.wait_for("the chart is as wide as the screen now: its text keeps its size",
                     "const svg = document.querySelector('.chart svg'); return svg.viewBox.baseVal.width === svg.clientWidth", 5)
    take_pictures(browser, options, "page")
    nothing_wrong(browser, agent.port)

    printer.command("unplug")
    browser.wait_for("the page shows the loss", "return document.querySelector('.card').dataset.state === 'offline'")
    browser.wait_for("no temperature is left", "return document.querySelectorAll('.heat tbody tr').length === 0")
    browser.wait_for("the page says what to look for", "return /plugged in and switched on/.test(document.querySelector('.fault:not([hidden])')?.textContent)")
    take_pictures(browser, options, "offline", ("desktop-light", "phone-dark"))
    nothing_wrong(browser, agent.port)
    client.disconnect()

    agent.stop()
    browser.wait_for("the page shows that the agent is gone, of when its values are, and what to do",
                     "return document.querySelector('.connection.lost') !== null"
                     " && /values below are those of .*systemctl status marlin-agent/.test(document.querySelector('#note:not([hidden])')?.textContent)")
    take_pictures(browser, options, "agent-gone", ("desktop-light", "phone-dark"))


@claim("a print that failed is shown with its reason until somebody dismisses it, also after a reload")
def failed(rig, options):
    printer = rig.start_printer("prusa-3.13", "--speed", "20")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    client = PrintClient()
    client.connect_and_wait(agent.host_port)
    expect(client.startprint(gcoder.LightGCode(load(BUNNY, 4000))), "Printrun did not start the print")
    wait_until("it prints", lambda: agent.scrape().value("marlin_state", state="printing") == 1, 60)
    browser = Browser(rig)
    browser.look_like(*VIEWS["desktop-light"])
    browser.open(f"http://127.0.0.1:{agent.port}/")
    browser.wait_for("the card is there", "return document.querySelector('.card .ended') !== null")
    expect(browser.run("return document.querySelector('.ended').hidden"), "a running print is shown as failed")
    printer.command("thermistor")
    browser.wait_for("the failed print is shown", "return !document.querySelector('.ended').hidden", 30)
    said = browser.run(TEXT, ".ended p")
    expect(said.startswith("The last print failed") and ": " in said, f"the page says {said!r}")
    is_accessible(browser)
    take_pictures(browser, options, "failed")
    browser.run("document.querySelector('.ended button').click()")
    browser.open(f"http://127.0.0.1:{agent.port}/")
    browser.wait_for("the list of prints is there", "return document.querySelector('.jobs tr[data-result=failed]') !== null", 30)
    expect(browser.run("return document.querySelector('.ended').hidden"), "a dismissed print is shown again")
    follow(browser, ".jobs tr[data-result=failed] a")
    browser.wait_for("its details show its incident", "return /thermistor|MINTEMP|THERMAL|Error|error/.test(document.querySelector('.detail .incidents li')?.textContent)", 30)
    browser.wait_for("its details show its curve", "return document.querySelector('.detail svg [data-sensor=tool0] .actual') !== null", 30)
    is_accessible(browser)
    take_pictures(browser, options, "failed-print")
    nothing_wrong(browser, agent.port)
    client.disconnect()


PRINTS, LAYERS, WORST = 60, 60, 41


def fill_history(agent):
    """Prints of two printers, in the file of an agent that does not run: those of mk3 from a host, of mini from its card."""
    now = time.time()
    with contextlib.closing(sqlite3.connect(os.path.join(agent.state, "history.db"))) as file, file:
        for number in range(1, PRINTS + 1):
            began = now - (PRINTS - number) * 9 * 3600 - 6000
            of_mini, failed = number % 3 == 0, number % 10 == 5
            row = {"id": number, "printer": "mini" if of_mini else "mk3", "source": "sd" if of_mini else "host",
                   "file": "BENCHY~1.GCO" if of_mini else "", "result": "failed" if failed else "completed",
                   "reason": "the printer restarted" if failed else "M73 said 100 %", "joined": 0, "began": began,
                   "ended": began + 5900, "elapsed": 5520, "extruded": 0 if of_mini else 5.4, "travel_x": 186, "travel_y": 174,
                   "travel_z": 0.06, "highest_tool": 216.2, "highest_bed": 60.4, "progress": 0.43 if failed else 1, "resends": 5, "stalls": 0}
            file.execute(f"INSERT INTO job ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        last = PRINTS - 1  # of mk3
        for number in range(1, LAYERS + 1):
            buffered = 0 if number == WORST else 0.4 + number % 7 / 20
            file.execute("INSERT INTO layer (job, number, height, seconds, extruded, underruns, resends, lowest_buffered) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                         (last, number, number * 0.2, 60 + number % 5 * 16, 90, 23 if number == WORST else 0, 5 if number == 26 else 0, buffered))
    return last


def shown_rows(browser):
    return browser.run("return [...document.querySelectorAll('#list tbody th button')].length")


def choose(browser, name, value):
    browser.run("const select = document.getElementById('filters').elements[arguments[0]]; select.value = arguments[1];"
                "select.dispatchEvent(new Event('change', {bubbles: true}))", name, value)


@claim("the prints are a list in pages with filters and sums; a print opens with its layers, and commands to copy")
def prints(rig, options):
    printer = rig.start_printer("prusa-3.13", "--speed", "20")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    browser = Browser(rig)
    browser.look_like(*VIEWS["desktop-light"])
    browser.open(f"http://127.0.0.1:{agent.port}/prints")
    browser.wait_for("an empty list says what to do", "return document.getElementById('note').textContent.startsWith('The agent has seen no print yet')")
    take_pictures(browser, options, "prints-empty", ("desktop-light", "phone-dark"))
    nothing_wrong(browser, agent.port)
    agent.stop()
    last = fill_history(agent)
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()

    browser.open_first(f"http://127.0.0.1:{agent.port}/")
    browser.wait_for("the card of the printer has the strip of its last print", f"return document.querySelectorAll('.card .layers svg rect.buffer').length === {LAYERS}")
    expect("23 underruns" in browser.run(TEXT, ".card .layers .verdict"), "the strip's heading does not count the underruns")
    browser.wait_for("its chart and its last prints are drawn", "return document.querySelector('.chart svg') !== null && document.querySelectorAll('.jobs tbody tr').length === 8")
    is_light(browser, "the page with a printer")
    browser.open_first(f"http://127.0.0.1:{agent.port}/prints")
    browser.wait_for("a page of prints is listed", "return document.querySelectorAll('#list tbody tr').length === 25")
    is_light(browser, "the prints")
    browser.open(f"http://127.0.0.1:{agent.port}/")
    browser.wait_for("the strip is drawn again", f"return document.querySelectorAll('.card .layers svg rect.buffer').length === {LAYERS}")
    is_accessible(browser)
    take_pictures(browser, options, "page-strip", ("desktop-light", "phone-dark"))
    follow(browser, ".card .jobs .more a")
    browser.wait_for("the link leads to the prints of that printer", "return location.pathname + location.search === '/prints?printer=mk3' && document.querySelectorAll('#list tbody tr').length === 25")
    expect(browser.run("return [...document.querySelectorAll('#list .printer')].every(cell => cell.textContent === 'mk3')"), "another printer's print is listed")

    browser.run("document.querySelector('#filters button').click()")
    browser.wait_for("all prints are counted", f"return document.querySelector('#totals dd').textContent === '{PRINTS}'")
    take_pictures(browser, options, "prints")
    ids = "return [...document.querySelectorAll('#list tbody tr')].map(row => row.querySelector('.printer').textContent + row.querySelector('button').textContent)"
    seen = browser.run(ids)
    for rows in (25, 10):
        browser.run("document.querySelector('.pages .older').click()")
        browser.wait_for("the next page is shown", f"return document.querySelectorAll('#list tbody tr').length === {rows} && !{seen!r}.includes(document.querySelector('#list .printer').textContent + document.querySelector('#list button').textContent)")
        seen += browser.run(ids)
    expect(len(set(seen)) == PRINTS, f"{len(set(seen))} different prints on all pages")
    expect(browser.run("return document.querySelector('.pages .older').hidden"), "there is a page behind the last one")
    browser.run("history.go(-2)")
    browser.wait_for("the browser's way back leads to the first page", f"return location.search === '' && document.querySelectorAll('#list tbody tr').length === 25")
    choose(browser, "result", "failed")
    browser.wait_for("the filter is in the address and in the list", "return location.search === '?result=failed' && document.querySelectorAll('#list tbody tr').length === 6")
    choose(browser, "days", "1")
    browser.wait_for("no print matches, and the page says what to do", "return document.getElementById('note').textContent.startsWith('No print matches')")
    is_accessible(browser)
    take_pictures(browser, options, "prints-none", ("phone-light",))

    browser.open(f"http://127.0.0.1:{agent.port}/prints?printer=mk3")
    browser.wait_for("the list is there", "return document.querySelectorAll('#list tbody tr').length === 25")
    browser.run("document.querySelector('#list tbody button').focus()")
    browser.press("Enter")
    browser.wait_for("the key opens the newest print with its strip", f"return location.hash === '#print-{last}' && document.querySelectorAll('.detail svg rect.buffer').length === {LAYERS}")
    browser.run("document.querySelector('.detail svg').focus()")
    browser.press("Home")
    for _ in range(WORST - 1):
        browser.press("ArrowRight")
    said = browser.run(TEXT, ".detail figcaption")
    expect(f"layer {WORST} at 8.20 mm" in said and "23 underruns" in said and "0.00 s" in said, f"the cursor says {said!r}")
    browser.run("document.querySelector('.detail details').open = true")
    browser.wait_for("the table has every layer", f"return document.querySelectorAll('.detail .numbers tbody tr').length === {LAYERS}")
    expect(browser.run(f"return document.querySelectorAll('.detail .numbers tbody tr')[{WORST - 1}].textContent") == f"{WORST}8.20 mm76 s0.09\u00a0m2300.00 s", "the worst layer's row is wrong")
    browser.run("document.querySelector('.detail .commands button').click()")
    browser.wait_for("the command was copied", f"return document.getElementById('announcer').textContent === 'copied marlin-agent jobs show {last}'")
    is_accessible(browser)
    take_pictures(browser, options, "print")
    nothing_wrong(browser, agent.port)

    browser.open(f"http://127.0.0.1:{agent.port}/prints#print-3")
    browser.wait_for("a link to an old print shows it, and a print from the card says why it has no layers", "return document.querySelector('#detail-3')?.textContent.includes('SD card has no layers')")
    nothing_wrong(browser, agent.port)
    agent.stop()
    browser.run("document.dispatchEvent(new Event('visibilitychange'))")
    browser.wait_for("the page says that the agent is gone, and keeps its list", "return document.querySelector('.connection.lost') !== null && document.getElementById('note').textContent.includes('systemctl status')", 30)
    expect(shown_rows(browser) > 0, "the list is gone")
    take_pictures(browser, options, "prints-offline", ("phone-dark",))


@claim("the catalogue finds a metric, its query can be copied, and every family of a scrape is in it")
def catalogue(rig, options):
    printer = rig.start_printer("prusa-3.13", "--speed", "50")
    agent = rig.start_agent(printer.device)
    agent.wait_for_up()
    browser = Browser(rig)
    browser.look_like(*VIEWS["desktop-light"])
    browser.open_first(f"http://127.0.0.1:{agent.port}/catalogue")
    browser.wait_for("the list is there", "return document.querySelectorAll('.catalogue tbody tr').length > 50")
    is_light(browser, "the catalogue")
    listed = set(browser.run("return [...document.querySelectorAll('.catalogue tbody th')].map(e => e.textContent)"))
    scraped = {line.split()[2] for line in agent.get("/metrics")[1].decode().splitlines() if line.startswith("# TYPE ")}
    expect(scraped <= listed, f"not in the catalogue: {scraped - listed}")
    browser.run("const find = document.getElementById('find'); find.value = 'temperature celsius target';"
                "find.dispatchEvent(new Event('input'))")
    shown = browser.run("return [...document.querySelectorAll('.catalogue tbody tr:not([hidden]) th')].map(e => e.textContent)")
    expect(shown == ["marlin_temperature_target_celsius"], f"the search shows {shown}")
    browser.run("document.querySelector('.catalogue tbody tr:not([hidden]) td button').click()")
    browser.wait_for("the query was copied",
                     "return document.getElementById('announcer').textContent === 'copied marlin_temperature_target_celsius'")
    is_accessible(browser)
    browser.run("const find = document.getElementById('find'); find.value = ''; find.dispatchEvent(new Event('input'))")
    headings = "[...document.querySelectorAll('.catalogue thead [aria-sort]')]"
    shown_series = "return [...document.querySelectorAll('.catalogue tbody .count')].map(e => Number(e.textContent))"
    for order, way in (("descending", -1), ("ascending", 1)):
        browser.run(f"{headings}.find(e => e.textContent === 'Series').querySelector('button').click()")
        series = browser.run(shown_series)
        expect(series == sorted(series, key=lambda n, way=way: way * n) and series[0] != series[-1], f"the order of Series is {series}")
        expect(browser.run(f"return {headings}.map(e => e.getAttribute('aria-sort')).filter(e => e !== 'none')") == [order], "aria-sort")
    browser.run(f"{headings}.find(e => e.textContent === 'Name').querySelector('button').click()")
    names = browser.run("return [...document.querySelectorAll('.catalogue tbody th')].map(e => e.textContent)")
    expect(names == sorted(names) and set(names) == listed, f"the order of names is {names}")

    opener = "[...document.querySelectorAll('.catalogue tbody th button')].find(e => e.textContent === '{}').click()"
    opened = "return [...document.querySelectorAll('.catalogue .opened li')].map(e => e.textContent)"
    browser.run(opener.format("marlin_serial_speed_baud"))
    browser.wait_for("the series and its value are shown", "return document.querySelectorAll('.catalogue .opened li').length === 1")
    expect(browser.run(opened) == ['{printer="mk3"} 115200'], f"opened is {browser.run(opened)}")
    browser.run(opener.format("marlin_ok_latency_seconds"))
    browser.wait_for("buckets, sum and count of a histogram",
                     "const all = [...document.querySelectorAll('.catalogue .opened li')].map(e => e.textContent);"
                     "return ['bucket{', 'sum{', 'count{'].every(part => all.some(e => e.startsWith('marlin_ok_latency_seconds_' + part)))")
    is_accessible(browser)
    browser.run(opener.format("marlin_ok_latency_seconds"))
    browser.run(opener.format("marlin_serial_speed_baud"))
    expect(browser.run("return document.querySelectorAll('.catalogue .opened').length") == 0, "a row does not close")
    take_pictures(browser, options, "catalogue", whole=False)
    nothing_wrong(browser, agent.port)


class Shelf:
    """Fifty simple printers on ptys, answered by one thread; each reports another temperature every time."""

    def __init__(self, rig, count):
        self.devices = [rig.raw_device(name=f"raw{i}") for i in range(count)]
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.answer, daemon=True)
        self.thread.start()

    def close(self):
        self.stopping.set()
        self.thread.join(10)

    def answer(self):
        by_master = {device.master: device for device in self.devices}
        pending = {master: b"" for master in by_master}
        answered = 0
        while not self.stopping.is_set():
            for master in select.select(list(by_master), [], [], 0.1)[0]:
                *lines, pending[master] = (pending[master] + by_master[master].read()).split(b"\n")
                for line in lines:
                    answered += 1
                    by_master[master].write(self.reply(line, answered))

    @staticmethod
    def reply(line, answered):
        if b"M115" in line:
            return b"FIRMWARE_NAME:Marlin 2.1.2 (Github) PROTOCOL_VERSION:1.0 MACHINE_TYPE:Shelf EXTRUDER_COUNT:1\nok\n"
        if b"M105" in line:
            return b"ok T:%d.%d /210.0 B:%d.0 /60.0 @:64 B@:32\n" % (200 + answered % 15, answered % 10, 55 + answered % 7)
        return b"ok\n"


FRAMES = """const done = arguments[0], began = performance.now(); let frames = 0;
            const tick = now => { frames += 1; now - began < 4000 ? requestAnimationFrame(tick) : done(frames); };
            requestAnimationFrame(tick);"""


@claim("fifty printers stay smooth: cards are kept, only changed values are updated, frames continue")
def fifty(rig, options):
    count = 50
    shelf = rig.keep(Shelf(rig, count))
    config = os.path.join(rig.directory, "fifty.toml")
    with open(config, "w", encoding="utf-8") as file:
        for i, device in enumerate(shelf.devices):
            file.write(f'[printer.p{i:02}]\ndevice = "{device.path}"\n')
    agent = rig.keep(Agent(rig, None, config=config))
    agent.wait_for_web()
    wait_until("all fifty are up", lambda: agent.scrape().value("marlin_up") == count, 60, 0.5)
    browser = Browser(rig)
    browser.look_like(*VIEWS["desktop-light"])
    browser.open("about:blank")
    idle = browser.run_async(FRAMES)
    browser.open_first(f"http://127.0.0.1:{agent.port}/")
    browser.wait_for("fifty cards with temperatures", f"return document.querySelectorAll('.heat .now').length === {2 * count}", 60)
    is_light(browser, "the page with fifty printers")
    browser.run("window.counts = {texts: 0, cards: 0};"
                "new MutationObserver(all => { for (const m of all) if (m.target.id === 'cards') counts.cards += 1; else counts.texts += 1; })"
                ".observe(document.getElementById('cards'), {childList: true, characterData: true, subtree: true})")
    busy = browser.run_async(FRAMES)
    browser.wait_for("values change", f"return counts.texts > {count}")
    counts = browser.run("return counts")
    print(f"     {busy} frames in 4 s with fifty printers, {idle} with nothing; {counts}")
    expect(counts["cards"] == 0, "cards were created again")
    expect(busy >= idle * 0.4, f"{busy} frames in 4 s, {idle} with nothing to draw")
    browser.run("const find = document.getElementById('find'); find.value = 'p07'; find.dispatchEvent(new Event('input'))")
    browser.wait_for("the search leaves one", "return document.querySelectorAll('.card:not([hidden])').length === 1")
    browser.run("const find = document.getElementById('find'); find.value = ''; find.dispatchEvent(new Event('input'))")
    is_accessible(browser)
    take_pictures(browser, options, "fifty", ("desktop-light", "phone-dark"), whole=False)
    nothing_wrong(browser, agent.port)


run_claims(lambda parser: parser.add_argument("--pictures", required=True, help="where the pictures go"))
