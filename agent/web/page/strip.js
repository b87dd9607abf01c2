// The strip of a print: from its first layer to its last, over the time of the print, how long the printer's planner was
// filled at least, where it ran dry, and where lines were sent again. Pauses take no room. Independent of the page around
// it. Its text alternative is a sentence for screen readers, and a cursor that is moved with the arrow keys.

import { svg, drawWithCursor } from "/chart.js";
import { counted, duration, meters } from "/common.js";

const LEFT = 66, RIGHT = 10, TOP = 10, BOTTOM = 24;
const BARS = 72, ROW = 22;     // heights
const NARROWEST = 3;           // a column of several layers
const SHORT_SECONDS = 0.1;     // so little in the planner is close to running dry
const HEIGHTS = [0.25, 0.5, 1, 2, 5, 10, 20, 50, 100];
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];

/** The finished layers of a print. An answer of the agent has only those that are new. */
export class Layers {
  constructor(print) {
    this.print = print;
    this.all = [];
  }

  /** Whether there are new ones. */
  async read() {
    const query = new URLSearchParams({ print_id: this.print, after: this.all.at(-1)?.layer ?? 0 });
    const answer = await fetch(`/api/v1/layers?${query}`);
    if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
    const { layers } = await answer.json();
    const fresh = layers.filter(layer => layer.layer > (this.all.at(-1)?.layer ?? 0));
    this.all.push(...fresh);
    return fresh.length > 0;
  }
}

const sum = (layers, key) => layers.reduce((total, layer) => total + (layer[key] ?? 0), 0);
const knows = layers => layers.some(layer => layer.lowest_buffered_seconds !== undefined);
const lowestOf = layers => layers.filter(l => l.lowest_buffered_seconds !== undefined)
  .reduce((low, l) => low === undefined || l.lowest_buffered_seconds < low.lowest_buffered_seconds ? l : low, undefined);

/** "2 underruns, 5 resends": for a heading. */
export const troublesOf = layers =>
  [...knows(layers) ? [counted(sum(layers, "underruns"), "underrun")] : [], counted(sum(layers, "resends"), "resend")].join(", ");

function inWords(layers) {
  const part = (key, word) => {
    const total = sum(layers, key);
    if (total === 0) return `no ${word}`;
    const worst = layers.reduce((most, layer) => (layer[key] ?? 0) > (most[key] ?? 0) ? layer : most);
    return `${counted(total, word)}, most in layer ${worst.layer}: ${worst[key]}`;
  };
  const low = lowestOf(layers);
  return `${counted(layers.length, "layer")} in ${duration(sum(layers, "seconds"))}: ` +
    (low ? `${part("underruns", "underrun")}; shortest time buffered ${low.lowest_buffered_seconds.toFixed(2)} s in layer ${low.layer}; ` : "") +
    `${part("resends", "resend")}.`;
}

function valuesOf(layer) {
  const buffered = layer.lowest_buffered_seconds;
  return [`layer ${layer.layer} at ${(layer.height_meters * 1000).toFixed(2)} mm`, `${Math.round(layer.seconds)} s`, meters(layer.extruded_meters),
          ...buffered === undefined ? [] : [`buffered at least ${buffered.toFixed(2)} s`, counted(layer.underruns, "underrun")],
          counted(layer.resends, "resend")];
}

/** Each layer with where it begins, and how wide it is, in print time. */
function placed(layers) {
  let begin = 0;
  return layers.map(layer => {
    const place = { layer, begin, end: begin + layer.seconds };
    begin = place.end;
    return place;
  });
}

/** Layers side by side that are too narrow to be seen are one column. */
function columnsOf(places, x) {
  const columns = [];
  for (const { layer, begin, end } of places) {
    const last = columns.at(-1);
    if (last && last.right - last.left < NARROWEST) {
      last.right = x(end);
      last.layers.push(layer);
    } else {
      columns.push({ left: x(begin), right: x(end), layers: [layer] });
    }
  }
  return columns;
}

function drawBars(into, columns, top) {
  const base = TOP + BARS;
  for (const { left, right, layers } of columns) {
    const low = lowestOf(layers)?.lowest_buffered_seconds;
    if (low === undefined) continue;
    const height = Math.max(2, BARS * Math.min(1, low / top));
    const tone = sum(layers, "underruns") > 0 ? "dry" : low < SHORT_SECONDS ? "short" : "";
    into.append(svg("rect", { class: `buffer ${tone}`, x: left.toFixed(1), y: (base - height).toFixed(1), width: Math.max(1, right - left - 0.5).toFixed(1), height: height.toFixed(1) }));
  }
}

/** A mark for each column with a count, higher for a larger one. */
function drawCounts(into, columns, key, base) {
  for (const { left, right, layers } of columns) {
    const count = sum(layers, key);
    if (count === 0) continue;
    const height = Math.min(ROW - 4, 5 + 3 * Math.log2(count));
    into.append(svg("rect", { class: `count ${key}`, x: left.toFixed(1), y: (base - height).toFixed(1), width: Math.max(NARROWEST, right - left - 0.5).toFixed(1), height: height.toFixed(1) }));
  }
}

function drawAxes(into, width, height, top, bases, places, x) {
  const label = (y, text) => into.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y, y2: y }), svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, text));
  if (top !== null) {
    label(TOP, `${top} s`);
    label(TOP + BARS, "buffered");
  }
  for (const [text, y] of bases) label(y, text);
  const step = STEPS.find(s => places.length / s <= (width - LEFT) / 55) ?? 10000;
  for (const { layer, begin } of places) {
    const at = x(begin);
    if ((layer.layer % step !== 0 && layer.layer !== 1) || (layer.layer !== 1 && at < LEFT + 50) || at > width - RIGHT - 12) continue;
    into.append(svg("line", { class: "grid", x1: at.toFixed(1), x2: at.toFixed(1), y1: TOP, y2: height - BOTTOM }),
                svg("text", { x: at.toFixed(1), y: height - 7, "text-anchor": layer.layer === 1 ? "start" : "middle" }, layer.layer === 1 ? "layer 1" : layer.layer));
  }
}

/** Draws into `figure`; replaces an existing strip and keeps its cursor. `layers`: at least one. */
export function drawStrip(figure, layers) {
  const width = Math.max(280, figure.clientWidth), buffered = knows(layers);
  const bars = buffered ? BARS : -ROW + 4;
  const rows = [...buffered ? [["underruns", "underruns"]] : [], ["resends", "resends"]].map(([text, key], i) => [text, key, TOP + bars + ROW * (i + 1)]);
  const height = rows.at(-1)[2] + BOTTOM;
  const places = placed(layers), total = Math.max(1, places.at(-1).end);
  const x = seconds => LEFT + (width - LEFT - RIGHT) * seconds / total;
  const highest = layers.reduce((most, layer) => Math.max(most, layer.lowest_buffered_seconds ?? 0), 0);
  const top = buffered ? HEIGHTS.find(h => h >= highest) ?? Math.ceil(highest) : null;
  const chart = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", tabindex: "0", "aria-label": inWords(layers) });
  const columns = columnsOf(places, x);
  drawAxes(chart, width, height, top, rows.map(([text, , y]) => [text, y]), places, x);
  if (buffered) drawBars(chart, columns, top);
  for (const [, key, y] of rows) drawCounts(chart, columns, key, y);
  const at = seconds => {
    const found = places.findIndex(place => seconds < place.end);
    return found < 0 ? places.length - 1 : found;
  };
  const words = texts => texts.map(text => Object.assign(document.createElement("span"), { textContent: text }));
  drawWithCursor(figure, chart, {
    last: places.length - 1, leap: 1, top: TOP, bottom: height - BOTTOM,
    x: i => x((places[i].begin + places[i].end) / 2),
    at: px => at((px - LEFT) / (width - LEFT - RIGHT) * total),
    legend: i => words(i === null ? [inWords(layers)] : valuesOf(layers[i])),
  });
}
