// The card of one printer: its state, its running print with its layers, temperatures with a chart, the line's numbers,
// its last prints. Only changed elements are modified.

import { drawChart, sensorClass, sensorName, rank } from "/chart.js";
import { beganOf, byId, duration, element, endOf, filamentOf, fileOf, meters, progressOf, resultOf, setHidden, setText, whenDone } from "/common.js";
import { drawStrip, Layers, troublesOf } from "/strip.js";

const SPANS = [["30 min", 1800], ["1 h", 3600], ["3 h", 10800], ["6 h", 21600]];
const TONES = { printing: "good", finished: "good", paused: "warm", attention: "warm", released: "warm", busy: "good",
                error: "bad", offline: "bad" };
const WAITING = { user: "waiting for a person at the printer", input: "waiting for an answer" };

// ------------------------------------------------------------------------------------------------ helpers
/** 0.0213 s is "21 ms". */
function brief(seconds) {
  if (seconds === undefined) return "–";
  const round = value => value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  if (seconds < 0.001) return `${round(seconds * 1e6)} µs`;
  return seconds < 1 ? `${round(seconds * 1000)} ms` : `${round(seconds)} s`;
}

const percent = ratio => `${Math.round(ratio * 100)} %`;
const prints = state => state === "printing" || state === "paused";

/** The failed prints that somebody has dismissed: the id by printer, in this browser. */
const dismissed = {
  read() {
    try { return JSON.parse(localStorage.getItem("dismissed") ?? "{}"); } catch { return {}; }
  },
  get(printer) { return this.read()[printer]; },
  set(printer, id) {
    try { localStorage.setItem("dismissed", JSON.stringify({ ...this.read(), [printer]: id })); } catch { /* until the next load */ }
  },
};

// ------------------------------------------------------------------------------------------------ one printer
export class Card {
  constructor(name) {
    this.name = name;
    this.root = byId("card").content.firstElementChild.cloneNode(true);
    this.root.id = `printer-${name}`;
    this.find = selector => this.root.querySelector(selector);
    this.rows = new Map();
    this.facts = new Map();
    const heading = this.find("h2");
    heading.textContent = name;
    heading.id = `name-${name}`;
    this.root.setAttribute("aria-labelledby", heading.id);
    this.find("progress").setAttribute("aria-label", `Progress of ${name}`);
    this.chart = new Chart(this.find(".chart"), name);
    this.strip = new Strip(this.find(".layers"));
    this.jobs = new Jobs(this.find(".jobs"), name, jobs => this.updateJobs(jobs));
    this.find(".ended button").addEventListener("click", () => {
      dismissed.set(name, this.ended);
      setHidden(this.find(".ended"), true);
    });
  }

  refresh() {
    this.chart.refresh();
    this.strip.refresh();
    if (prints(this.root.dataset.state)) this.jobs.refresh();
  }

  update(p) {
    this.root.dataset.state = p.state;
    this.root.dataset.tone = TONES[p.state] ?? "";
    setText(this.find(".state .word"), WAITING[p.busy] ?? p.state);
    setText(this.find(".kind"), [p.machine_type, p.firmware].filter(Boolean).join(" · ") || p.device);
    setText(this.find(".fault"), p.open_fault ?? "");
    setHidden(this.find(".fault"), !p.open_fault);
    this.updatePrint(p);
    this.updateHeat(p.temperatures ?? {});
    this.updateLine(p);
    this.updateHost(p);
    this.jobs.stateIs(p.state);
  }

  updatePrint(p) {
    const print = p.print ?? {}, ratio = print.progress_ratio;
    setHidden(this.find(".print"), ratio === undefined && print.remaining_seconds === undefined && !prints(p.state));
    setHidden(this.find(".bar"), ratio === undefined);
    const bar = this.find("progress");
    if (ratio === undefined) bar.removeAttribute("value");
    else if (bar.value !== ratio || !bar.hasAttribute("value")) bar.value = ratio;
    setText(this.find(".percent"), ratio === undefined ? "" : `${Math.floor(ratio * 1000 + 1e-6) / 10} %`);
    this.known(".remaining", ratio === 1 ? undefined : print.remaining_seconds, duration);
    this.known(".finish", print.finish_unix_seconds, whenDone);
    this.known(".change", print.change_remaining_seconds, duration);
    this.known(".file", print.sd_file, text => text);
    const now = prints(p.state) ? p : {};
    this.known(".layer", now.print?.layer, String);
    this.known(".height", now.position_millimeters?.z, z => `${z.toFixed(2)} mm`);
    this.known(".speed", now.feedrate_ratio, percent);
    this.known(".flow", now.flow_ratio, percent);
    this.known(".fan", now.fans?.print?.duty_ratio, percent);
  }

  known(selector, value, format) {
    const box = this.find(selector);
    setHidden(box, value === undefined);
    if (value !== undefined) setText(box.lastElementChild, format(value));
  }

  /** The prints of this printer, newest first: the numbers of the shown one, and one that failed until the next begins. */
  updateJobs(jobs) {
    const [last] = jobs;
    this.chart.jobs = jobs;
    this.strip.printIs(last);
    const shown = last && !this.find(".print").hidden;
    this.known(".elapsed", shown ? last.elapsed_seconds : undefined, duration);
    this.known(".filament", shown && last.source === "host" ? last.extruded_meters : undefined, meters);
    const failed = last?.result === "failed" && dismissed.get(this.name) !== last.id;
    this.ended = last?.id;
    setHidden(this.find(".ended"), !failed);
    if (failed) setText(this.find(".ended p"), `The last print failed${progressOf(last)}, ${whenDone(endOf(last))}${last.reason ? `: ${last.reason}` : ""}`);
  }

  updateHeat(heat) {
    const order = Object.keys(heat).sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    for (const [sensor, row] of this.rows) {
      if (!(sensor in heat)) { row.remove(); this.rows.delete(sensor); }
    }
    order.forEach((sensor, i) => {
      const row = this.rows.get(sensor) ?? this.addHeat(sensor);
      const body = this.find(".heat tbody");
      if (body.children[i] !== row) body.insertBefore(row, body.children[i] ?? null);
      const { celsius, target_celsius: target, duty_ratio: duty } = heat[sensor];
      setText(row.children[1], celsius === undefined ? "–" : `${celsius.toFixed(1)} °C`);
      setText(row.children[2], target ? `to ${target.toFixed(0)} °C` : target === 0 ? "off" : "");
      const [meter, power] = row.children[3].children;
      setHidden(meter, duty === undefined);
      setText(power, duty === undefined ? "" : `power ${percent(duty)}`);
      if (duty !== undefined && (meter.value !== duty || !meter.hasAttribute("aria-label"))) {  // an untouched meter is at 0
        meter.value = duty;
        meter.setAttribute("aria-label", `heater power ${percent(duty)}`);
      }
    });
  }

  addHeat(sensor) {
    const row = document.createElement("tr");
    const name = document.createElement("th");
    name.scope = "row";
    const mark = document.createElement("span");
    mark.className = `mark ${sensorClass(sensor)}`;
    name.append(mark, sensorName(sensor));
    const cells = ["now", "target", "duty"].map(kind => {
      const cell = document.createElement("td");
      cell.className = kind;
      return cell;
    });
    cells[2].append(document.createElement("meter"), document.createElement("span"));
    row.append(name, ...cells);
    this.find(".heat tbody").append(row);
    this.rows.set(sensor, row);
    return row;
  }

  updateLine(p) {
    const minute = p.link.last_minute ?? {};
    const verdict = verdictOf(p, minute);
    const badge = this.find(".line .verdict");
    setText(badge, verdict.text);
    badge.dataset.tone = verdict.tone;
    if (!this.find(".line").open) return;
    this.fact("mean answer to a query", brief(minute.ok_latency_mean_seconds));
    this.fact("95\u00a0% of answers within", brief(minute.ok_latency_p95_seconds));
    this.fact("lines per second", minute.commands_per_second === undefined ? "–" : String(minute.commands_per_second));
    this.fact("planner empty, last minute", minute.starved_seconds === undefined ? "–" : `${minute.starved_seconds} s`);
    this.fact("resends", `${minute.resends ?? 0} (${p.link.resends} in total)`);
    this.fact("mean delay by the agent", brief(minute.agent_delay_mean_seconds));
    this.fact("95\u00a0% of delays within", brief(minute.agent_delay_p95_seconds));
    this.fact("underruns in total", p.link.underruns === undefined ? "–" : String(p.link.underruns));
    this.fact("stalls over 1 s", String(p.link.stalls));
    this.fact("restarts of the printer", String(p.link.resets));
  }

  fact(name, value) {
    let box = this.facts.get(name);
    if (!box) {
      box = document.createElement("div");
      const term = document.createElement("dt");
      term.textContent = name;
      box.append(term, document.createElement("dd"));
      this.find(".line .facts").append(box);
      this.facts.set(name, box);
    }
    setText(box.lastElementChild, value);
  }

  updateHost(p) {
    const who = p.released ? "released by marlin-agent release"
      : p.host.open_count > 1 ? `${p.host.open_count} programs are connected, and each reads only a part of the lines`
      : p.host.connected ? "a host program is connected" : "no host program is connected";
    const port = p.host_port ? ` · port ${p.host_port}` : "";
    setText(this.find(".host"), `${who}${port}`);
  }
}

function verdictOf(p, minute) {
  if (!p.up) return { text: "silent", tone: "quiet" };
  if (minute.resends > 0) return { text: minute.resends === 1 ? "1 resend" : `${minute.resends} resends`, tone: "warm" };
  if (minute.ok_latency_p95_seconds === undefined)
    return minute.commands_per_second > 0 ? { text: "clean", tone: "good" } : { text: "quiet", tone: "quiet" };
  return { text: `clean, queries answered in ${brief(minute.ok_latency_p95_seconds)}`, tone: "good" };
}

/** Calls `changed` when `details` is opened or closed, and when it comes into view or leaves it. */
function watch(details, changed) {
  let visible = false;
  details.addEventListener("toggle", () => changed(visible));
  new IntersectionObserver(([entry]) => {
    visible = entry.isIntersecting;
    changed(visible);
  }).observe(details);
}

// ------------------------------------------------------------------------------------------------ its chart
class Chart {
  constructor(details, printer) {
    this.printer = printer;
    this.details = details;
    this.figure = details.querySelector("figure");
    this.span = SPANS[1][1];
    this.visible = false;
    this.history = null;
    this.jobs = [];
    const group = details.querySelector(".spans");
    for (const [label, seconds] of SPANS) group.append(this.button(label, seconds));
    watch(details, visible => { this.visible = visible; this.refresh(); });
    new ResizeObserver(() => {
      if (this.history && this.figure.clientWidth !== this.width) this.draw(this.history);
    }).observe(this.figure);
  }

  draw(history) {
    this.history = history;
    this.width = this.figure.clientWidth;
    drawChart(this.figure, history, this.jobs);
  }

  button(label, seconds) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-pressed", String(seconds === this.span));
    button.addEventListener("click", () => {
      this.span = seconds;
      for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
      this.refresh();
    });
    return button;
  }

  async refresh() {
    if (!this.details.open || !this.visible || document.hidden) return;
    const step = Math.max(10, Math.round(this.span / 360 / 10) * 10);
    const to = Math.floor(Date.now() / 1000 / step) * step;
    const query = new URLSearchParams({ printer: this.printer, from: to - this.span, to, step });
    try {
      const answer = await fetch(`/api/v1/history?${query}`);
      if (answer.ok) this.draw(await answer.json());
    } catch { /* the connection indicator already shows it */ }
  }
}

// ------------------------------------------------------------------------------------------------ the layers of its last print
class Strip {
  constructor(details) {
    this.details = details;
    this.figure = details.querySelector("figure");
    this.layers = null;
    watch(details, visible => { this.visible = visible; this.refresh(); });
    new ResizeObserver(() => {
      if (this.figure.clientWidth !== this.width) this.draw();
    }).observe(this.figure);
  }

  /** Only prints from a host have layers. */
  printIs(job) {
    const has = job?.source === "host";
    setHidden(this.details, !has);
    if (has && this.layers?.print !== job.id) this.layers = new Layers(job.id);
    if (has) this.refresh();
  }

  async refresh() {
    if (!this.layers || !this.details.open || !this.visible || document.hidden) return;
    try {
      if (await this.layers.read() || this.drawn !== this.layers) this.draw();
    } catch { /* the connection indicator already shows it */ }
  }

  draw() {
    if (!this.layers) return;
    const { all } = this.layers;
    this.drawn = this.layers;
    this.width = this.figure.clientWidth;
    setHidden(this.details.querySelector(".none"), all.length > 0);
    setText(this.details.querySelector(".verdict"), all.length > 0 ? troublesOf(all) : "");
    this.details.querySelector(".verdict").dataset.tone = all.some(layer => layer.underruns > 0 || layer.resends > 0) ? "warm" : "good";
    if (all.length > 0) drawStrip(this.figure, all);
    else this.figure.replaceChildren();
  }
}

// ------------------------------------------------------------------------------------------------ its last prints
class Jobs {
  constructor(details, printer, whenRead) {
    this.details = details;
    this.printer = printer;
    this.whenRead = whenRead;
    this.state = null;
    details.addEventListener("toggle", () => this.refresh());
    details.querySelector(".more a").href = `/prints?${new URLSearchParams({ printer })}`;
    setText(details.querySelector(".more a"), `All prints of ${printer}`);
  }

  /** A print begins or ends with a state change; the agent's list of prints follows within seconds. */
  stateIs(state) {
    if (state === this.state) return;
    this.state = state;
    this.refresh();
    setTimeout(() => this.refresh(), 5000);
  }

  async refresh() {
    if (document.hidden) return;
    try {
      const answer = await fetch(`/api/v1/jobs?${new URLSearchParams({ printer: this.printer, limit: 8 })}`);
      if (!answer.ok) return;
      const { jobs } = await answer.json();
      this.whenRead(jobs);
      if (this.details.open) this.draw(jobs);
    } catch { /* the connection indicator already shows it */ }
  }

  draw(jobs) {
    const rows = jobs.map(job => {
      const began = element("a", { href: `/prints?${new URLSearchParams({ printer: this.printer })}#print-${job.id}`, textContent: beganOf(job) });
      const texts = { duration: duration(job.elapsed_seconds), result: resultOf(job), filament: filamentOf(job), file: fileOf(job) };
      const row = element("tr", {}, element("td", {}, began), ...Object.entries(texts).map(([className, textContent]) => element("td", { className, textContent })));
      row.dataset.result = job.result;
      return row;
    });
    this.details.querySelector("tbody").replaceChildren(...rows);
    setHidden(this.details.querySelector("table"), rows.length === 0);
    setHidden(this.details.querySelector(".none"), rows.length !== 0 || prints(this.state));
  }
}
