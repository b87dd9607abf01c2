// The details of one print, below its row: its figures, the strip of its layers and their table, its temperatures as far
// as the agent still has them, its incidents, and commands to copy.

import { drawChart } from "/chart.js";
import { copyButton, duration, element, fileOf, meters, progress, setHidden, setText, withUnit } from "/common.js";
import { drawStrip, Layers, troublesOf } from "/strip.js";

const KEPT_SECONDS = 6 * 3600;  // of temperatures in the agent's memory
const ROWS = 100;               // of the table of layers at a time
const PAUSE_SECONDS = 60;       // shorter ones are not shown: the times are of two clocks
const NOTICED_SECONDS = 15;     // an incident is reported up to so long after the end of its print

const dateTime = unix => new Date(unix * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
const number = value => value.toLocaleString("en-GB", { maximumFractionDigits: 1 });

function factsOf(job) {
  const { ended_unix_seconds: ended, began_unix_seconds: began } = job;
  const paused = ended === undefined ? 0 : ended - began - job.elapsed_seconds;
  const known = (value, format) => value === undefined ? undefined : format(value);
  return {
    number: String(job.id),
    began: `${job.joined ? "before " : ""}${dateTime(began)}`,
    ended: known(ended, dateTime),
    "time of printing": duration(job.elapsed_seconds),
    "paused in total": paused >= PAUSE_SECONDS ? duration(paused) : undefined,
    progress: known(job.progress_ratio, progress),
    why: job.reason,
    "file or source": fileOf(job),
    filament: job.source === "host" ? meters(job.extruded_meters) : undefined,
    "travel of X, Y, Z": job.source === "host" ? ["x", "y", "z"].map(axis => meters(job[`travel_${axis}_meters`])).join(", ") : undefined,
    "hottest nozzle": known(job.highest_tool_celsius, value => withUnit(number(value), "°C")),
    "hottest bed": known(job.highest_bed_celsius, value => withUnit(number(value), "°C")),
    resends: String(job.resends),
    "stalls over 1 s": String(job.stalls),
  };
}

/** What gives this print on the command line. `layers`, `curve`: whether the agent has them. */
function commandsOf(job, { layers, curve, incidents }) {
  const usual = location.protocol === "http:" && location.port === "11520";
  const agent = usual ? "" : ` --agent ${location.origin}`;
  return [
    ["its layers as a strip of characters", layers && `marlin-agent jobs show ${job.id}`],
    ["its layers as a table", layers && `marlin-agent export --print ${job.id} --layers${agent} > layers-${job.id}.csv`],
    ["its temperatures as a table, from the agent", curve && `marlin-agent export --print ${job.id} --from-agent${agent} > print-${job.id}.csv`],
    ["its temperatures as a table, from Prometheus", `marlin-agent export --print ${job.id} > print-${job.id}.csv`],
    ["its temperatures as a picture, from Prometheus", `marlin-agent export --print ${job.id} --format gnuplot --terminal png | gnuplot > print-${job.id}.png`],
    ["the incidents with their files", incidents && "marlin-agent incidents"],
  ].filter(([, command]) => command);
}

export class PrintDetail {
  constructor(job) {
    this.job = job;
    this.layers = new Layers(job.id);
    this.has = { layers: false, curve: false, incidents: false };
    this.facts = element("dl", { className: "facts" });
    this.strip = element("figure");
    this.no_strip = element("p", { className: "note" });
    this.curve = element("figure");
    this.no_curve = element("p", { className: "note" });
    this.incidents = element("ul", { className: "incidents" });
    this.no_incident = element("p", { className: "note", textContent: "No incident of this print is kept." });
    this.commands = element("ul", { className: "commands" });
    this.table = this.makeTable();
    this.troubles = element("span", { className: "verdict" });
    this.root = element("div", { className: "detail" }, this.facts,
      element("h3", {}, "Layers ", this.troubles), this.no_strip, this.strip, this.table.details,
      element("h3", { textContent: "Temperatures" }), this.no_curve, this.curve,
      element("h3", { textContent: "Incidents" }), this.no_incident, this.incidents,
      element("h3", { textContent: "On the command line" }), this.commands);
    for (const figure of [this.strip, this.curve]) setHidden(figure, true);
    new ResizeObserver(() => this.draw()).observe(this.root);
    this.update(job);
  }

  update(job) {
    const text = JSON.stringify(job);
    if (text === this.text) return;
    this.text = text;
    this.job = job;
    const rows = Object.entries(factsOf(job)).filter(([, value]) => value !== undefined);
    this.facts.replaceChildren(...rows.map(([name, textContent]) => element("div", {}, element("dt", { textContent: name }), element("dd", { textContent }))));
  }

  /** Reads what may be new. Throws if the agent does not answer. */
  async refresh() {
    await Promise.all([this.readLayers(), this.readCurve(), this.readIncidents()]);
    const commands = commandsOf(this.job, this.has).map(([what, command]) =>
      element("li", {}, element("span", { textContent: what }), element("code", { textContent: command }), copyButton(command, `the command for ${what}`)));
    if (commands.length !== this.commands.children.length) this.commands.replaceChildren(...commands);
  }

  async readLayers() {
    const fresh = await this.layers.read(), { all } = this.layers;
    this.has.layers = all.length > 0;
    setText(this.troubles, all.length > 0 ? troublesOf(all) : "");
    this.troubles.dataset.tone = all.some(layer => layer.underruns > 0 || layer.resends > 0) ? "warm" : "good";
    setHidden(this.strip, all.length === 0);
    setHidden(this.table.details, all.length === 0);
    setHidden(this.no_strip, all.length > 0);
    setText(this.no_strip, this.job.source === "sd" ? "A print from the printer's SD card has no layers here: the agent does not see its moves."
      : this.job.result === "running" ? "No layer is finished yet." : "The agent has no layers of this print: no layer was finished, or the layers of later prints took their place.");
    if (!fresh) return;
    this.width = undefined;
    this.draw();
    this.table.fill();
  }

  async readCurve() {
    const { printer, began_unix_seconds: began, ended_unix_seconds: ended } = this.job;
    const now = Date.now() / 1000, end = this.job.result === "running" ? now : ended ?? began + this.job.elapsed_seconds;
    const margin = Math.max(60, (end - began) / 20);  // the heating before, the cooling behind
    const from = Math.floor(Math.max(began - margin, now - KEPT_SECONDS)), to = Math.floor(Math.min(end + margin, now));
    let history = null;
    if (from < to) {
      const step = Math.max(10, Math.round((to - from) / 360 / 10) * 10);
      const answer = await fetch(`/api/v1/history?${new URLSearchParams({ printer, from, to, step })}`);
      if (answer.ok) history = await answer.json();
    }
    this.has.curve = history !== null && Object.keys(history.sensors).length > 0;
    this.history = this.has.curve ? history : null;
    setHidden(this.curve, !this.has.curve);
    setHidden(this.no_curve, this.has.curve);
    setText(this.no_curve, "The agent keeps the temperatures of the last six hours since its start, and has none of this print. Prometheus keeps them longer: see the commands below.");
    this.width = undefined;
    this.draw();
  }

  async readIncidents() {
    const answer = await fetch("/api/v1/incidents");
    if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
    const { printer, began_unix_seconds: began, ended_unix_seconds: ended } = this.job;
    const last = ended !== undefined ? ended + NOTICED_SECONDS : this.job.result === "running" ? Infinity : began + this.job.elapsed_seconds + NOTICED_SECONDS;
    const own = (await answer.json()).incidents.filter(i => i.printer === printer && i.at_unix_seconds >= began && i.at_unix_seconds <= last);
    this.has.incidents = own.length > 0;
    setHidden(this.no_incident, own.length > 0);
    setHidden(this.incidents, own.length === 0);
    this.incidents.replaceChildren(...own.map(i => element("li", {}, element("strong", { textContent: `${dateTime(i.at_unix_seconds)}, ${i.incident.replaceAll("_", " ")}: ` }), i.sentence)));
  }

  draw() {
    if (this.root.clientWidth === 0 || this.root.clientWidth === this.width) return;
    this.width = this.root.clientWidth;
    if (this.layers.all.length > 0) drawStrip(this.strip, this.layers.all);
    if (this.history) drawChart(this.curve, this.history, [this.job]);
  }

  /** The table of layers, filled when it is opened, ROWS rows at a time. */
  makeTable() {
    const body = element("tbody");
    const heads = ["Layer", "Height", "Time", "Filament", "Underruns", "Resends", "Lowest buffer"];
    const table = element("table", { className: "numbers" }, element("caption", { className: "unseen", textContent: `Layers of print ${this.job.id}` }),
                          element("thead", {}, element("tr", {}, ...heads.map(textContent => element("th", { scope: "col", textContent })))), body);
    const scroller = element("div", { className: "scroller", tabIndex: 0 }, table);
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", `Table of the layers of print ${this.job.id}`);
    const more = element("button", { type: "button", textContent: `Show ${ROWS} more layers` });
    const details = element("details", {}, element("summary", { textContent: "Table of the layers" }), scroller, more);
    let shown = ROWS;
    const fill = () => {
      if (!details.open) return;
      const { all } = this.layers;
      for (const layer of all.slice(body.children.length, shown)) body.append(rowOf(layer));
      setHidden(more, all.length <= shown);
    };
    more.addEventListener("click", () => { shown += ROWS; fill(); });
    details.addEventListener("toggle", fill);
    return { details, fill };
  }
}

function rowOf(layer) {
  const known = (value, format) => value === undefined ? "–" : format(value);
  const cells = [`${(layer.height_meters * 1000).toFixed(2)} mm`, `${Math.round(layer.seconds)} s`, meters(layer.extruded_meters),
                 known(layer.underruns, String), String(layer.resends), known(layer.lowest_buffered_seconds, value => `${value.toFixed(2)} s`)];
  const row = element("tr", {}, element("th", { scope: "row", textContent: String(layer.layer) }), ...cells.map(textContent => element("td", { textContent })));
  if (layer.underruns > 0 || layer.resends > 0) row.className = "warm";
  return row;
}
