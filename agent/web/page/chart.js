// The temperature chart: an SVG line per sensor, its target dashed. Independent of the page around it. Its text alternative
// is a sentence for screen readers, and a cursor that is moved with the arrow keys.

import { clock } from "/common.js";

const NS = "http://www.w3.org/2000/svg";
const LEFT = 48, RIGHT = 10, TOP = 10, BOTTOM = 24;
const SHORTEST = 120;          // minimum length of a chart in seconds
const NARROW = 60;             // a print of so few pixels has no room for its words inside
const STEPS = [60, 120, 300, 600, 900, 1800, 3600, 7200];
const NAMES = { tool0: "nozzle", bed: "bed", pinda: "PINDA" };

export function sensorName(sensor) {
  const tool = /^tool(\d+)$/.exec(sensor);
  return NAMES[sensor] ?? (tool ? `nozzle ${Number(tool[1]) + 1}` : sensor);
}

/** A class for each sensor's colour: the same in the table and in the chart. */
export function sensorClass(sensor) {
  if (sensor === "tool0") return "s0";
  if (sensor === "bed") return "s1";
  if (sensor === "pinda" || sensor === "probe") return "s2";
  return sensor === "ambient" || sensor === "chamber" ? "s3" : "s4";
}

export function svg(name, attributes, text) {
  const element = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

const niceStep = (span, most) => [5, 10, 20, 25, 50, 100, 200].find(step => span / step <= most) ?? 500;

/** In the order of the printer's parts. */
export const rank = sensor => sensor.startsWith("tool") ? 0 : sensor === "bed" ? 1 : 2;
const sensorsOf = history => Object.entries(history.sensors).sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b));

const isKnown = history => Object.values(history.sensors).some(s => s.actual.some(v => v !== null));

/** Without the empty time before anything was known. */
function trimmed(history) {
  const firsts = Object.values(history.sensors).map(s => s.actual.findIndex(v => v !== null)).filter(i => i >= 0);
  const most = Math.floor((history.to - history.from - SHORTEST) / history.step);
  const cut = Math.max(0, Math.min(most, ...firsts.map(i => i - 1)));
  const sensors = Object.fromEntries(Object.entries(history.sensors).map(
    ([name, s]) => [name, { actual: s.actual.slice(cut), target: s.target.slice(cut) }]));
  return { ...history, from: history.from + cut * history.step, sensors };
}

function scaleOf(history, width, height) {
  const values = Object.values(history.sensors).flatMap(s => [...s.actual, ...s.target]).filter(v => v !== null);
  const highest = Math.max(50, ...values), lowest = Math.min(0, ...values);
  const step = niceStep(highest - lowest, 6);
  const top = Math.ceil((highest + 1) / step) * step, bottom = Math.floor(lowest / step) * step;
  const length = Math.max(1, history.to - history.from);
  return {
    step, top, bottom, width, height,
    x: seconds => LEFT + (width - LEFT - RIGHT) * (seconds - history.from) / length,
    y: value => TOP + (height - TOP - BOTTOM) * (top - value) / (top - bottom),
  };
}

/** "M1 2L3 4M..": a gap where the value is unknown. */
function pathOf(values, history, scale) {
  let path = "", open = false;
  values.forEach((value, i) => {
    if (value === null) { open = false; return; }
    path += `${open ? "L" : "M"}${scale.x(history.from + i * history.step).toFixed(1)} ${scale.y(value).toFixed(1)}`;
    if (!open && (values[i + 1] ?? null) === null) path += "m-1.5 0h3";  // a single value is a dot
    open = true;
  });
  return path;
}

function drawGrid(into, history, scale) {
  const { width, height } = scale;
  for (let value = scale.bottom; value <= scale.top; value += scale.step) {
    const y = scale.y(value).toFixed(1);
    into.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }),
                svg("text", { x: LEFT - 6, y: Number(y) + 4, "text-anchor": "end" }, value === scale.top ? `${value} °C` : value));
  }
  const step = STEPS.find(s => (history.to - history.from) / s <= width / 90) ?? 14400;
  const zone = new Date(history.from * 1000).getTimezoneOffset() * 60;
  for (let t = Math.ceil((history.from - zone) / step) * step + zone; t <= history.to; t += step) {
    const x = scale.x(t).toFixed(1);
    if (x < LEFT + 14 || x > width - RIGHT - 12) continue;
    into.append(svg("line", { class: "grid", x1: x, x2: x, y1: TOP, y2: height - BOTTOM }),
                svg("text", { x, y: height - 7, "text-anchor": "middle" }, clock(t)));
  }
}

/** A line where a print began and where it ended. */
function drawPrints(into, history, scale, jobs) {
  const mark = (kind, at, text, narrow) => {
    if (at === undefined || at <= history.from || at >= history.to) return;
    const x = scale.x(at), right = kind === "begin" ? !narrow && x < scale.width - 50 : narrow;
    const line = svg("line", { class: `print ${kind}`, x1: x, x2: x, y1: TOP, y2: scale.height - BOTTOM });
    line.append(svg("title", {}, `${text} ${clock(at)}`));
    into.append(line, svg("text", { x, y: TOP + 9, dx: right ? 4 : -4, "text-anchor": right ? "start" : "end" }, kind === "begin" ? "print" : "end"));
  };
  for (const job of jobs) {
    const { began_unix_seconds: began, ended_unix_seconds: ended } = job;
    const narrow = ended !== undefined && scale.x(ended) - scale.x(began) < NARROW;
    if (!job.joined) mark("begin", began, "a print began", narrow);
    if (job.result !== "running") mark("end", ended, `the print is ${job.result},`, narrow);
  }
}

const degrees = value => value === null || value === undefined ? "unknown" : `${value.toFixed(1)} °C`;

/** The text for screen readers. */
export function inWords(history) {
  const parts = sensorsOf(history).map(([sensor, { actual, target }]) => {
    const known = actual.filter(v => v !== null);
    if (!known.length) return "";
    const aim = target.at(-1);
    return `${sensorName(sensor)} from ${Math.min(...known).toFixed(0)} to ${Math.max(...known).toFixed(0)} °C, ` +
           `last ${known.at(-1).toFixed(0)} °C` + (aim ? ` with a target of ${aim.toFixed(0)} °C` : "");
  }).filter(Boolean);
  const span = `Temperatures from ${clock(history.from)} to ${clock(history.to)}: `;
  return span + (parts.length ? parts.join("; ") : "nothing is recorded yet") + ".";
}

/** Draws into `figure`; replaces an existing chart and keeps its cursor. */
export function drawChart(figure, whole, jobs = []) {
  const history = trimmed(whole);
  const width = Math.max(280, figure.clientWidth), height = width < 500 ? 200 : 250;
  const scale = scaleOf(history, width, height);
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: "0", "aria-label": inWords(history) });
  if (isKnown(history)) drawGrid(chart, history, scale);
  drawPrints(chart, history, scale, jobs);
  if (!isKnown(history)) chart.append(svg("text", { class: "empty", x: width / 2, y: height / 2, "text-anchor": "middle" }, "No temperature is recorded yet."));
  for (const [sensor, { actual, target }] of sensorsOf(history)) {
    const group = svg("g", { class: sensorClass(sensor), "data-sensor": sensor });
    group.append(svg("path", { class: "target", d: pathOf(target.map(v => v || null), history, scale) }),
                 svg("path", { class: "actual", d: pathOf(actual, history, scale) }));
    chart.append(group);
  }
  drawWithCursor(figure, chart, {
    last: Math.max(0, Math.floor((history.to - history.from) / history.step)), leap: 0, top: TOP, bottom: height - BOTTOM,
    x: i => scale.x(history.from + i * history.step),
    at: px => Math.round((px - LEFT) / (width - LEFT - RIGHT) * (history.to - history.from) / history.step),
    legend: index => legend(history, index),
  });
}

/** Puts `chart` with its caption into `figure`, with a cursor over the points 0 to `last`: it follows the pointer and the
 *  arrow keys, by `leap` points (0: a sixtieth of them) or ten times as many with Page Up and Page Down. `x`: where a point
 *  is; `at`: the point there; `legend`: the caption at a point, or without one (null). */
export function drawWithCursor(figure, chart, { last, leap, top, bottom, x, at, legend }) {
  const width = chart.viewBox.baseVal.width;
  const caption = document.createElement("figcaption");
  const cursor = svg("line", { class: "cursor", y1: top, y2: bottom, visibility: "hidden" });
  chart.append(cursor);
  const point = index => {
    const i = index === null ? last : Math.min(last, Math.max(0, index));
    figure.dataset.cursor = index === null ? "" : String(i);
    cursor.setAttribute("x1", x(i).toFixed(1));
    cursor.setAttribute("x2", x(i).toFixed(1));
    cursor.setAttribute("visibility", index === null ? "hidden" : "visible");
    caption.replaceChildren(...legend(index === null ? null : i));
  };
  chart.addEventListener("pointermove", event => {
    const box = chart.getBoundingClientRect();
    point(at((event.clientX - box.left) / box.width * width));
  });
  chart.addEventListener("pointerleave", () => point(null));
  chart.addEventListener("keydown", event => {
    const now = figure.dataset.cursor ? Number(figure.dataset.cursor) : last;
    const by = leap || Math.max(1, Math.round(last / 60));
    const next = { ArrowLeft: now - by, ArrowRight: now + by, PageUp: now - 10 * by, PageDown: now + 10 * by, Home: 0, End: last }[event.key];
    if (event.key === "Escape") point(null);
    else if (next !== undefined) point(next);
    else return;
    event.preventDefault();
    chart.setAttribute("aria-label", caption.textContent);
  });
  const had_focus = figure.contains(document.activeElement) && document.activeElement.tagName === "svg";
  const kept = figure.dataset.cursor;
  figure.replaceChildren(chart, caption);
  point(kept ? Number(kept) : null);
  if (had_focus) chart.focus({ preventScroll: true });
}

function legend(history, index) {
  const time = document.createElement("span");
  time.textContent = index === null ? (isKnown(history) ? "solid: measured, dashed: target" : "") : `${clock(history.from + index * history.step)} `;
  const items = sensorsOf(history).map(([sensor, { actual, target }]) => {
    const item = document.createElement("span");
    const mark = document.createElement("span");
    mark.className = `mark ${sensorClass(sensor)}`;
    item.append(mark, sensorName(sensor));
    if (index !== null) item.append(` ${degrees(actual[index])}${target[index] ? ` of ${target[index].toFixed(0)}` : ""} `);
    return item;
  });
  return [...items, time];
}
