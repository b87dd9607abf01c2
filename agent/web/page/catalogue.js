// The catalogue: every metric family of the agent, searchable and sortable, each with a query to copy and its series with
// their values at this moment.

import { byId, copyButton, element } from "/common.js";

const body = document.querySelector(".catalogue tbody");
let metricsPath = "/metrics";

/** A typical query: the rate of a counter, a quantile of a histogram, a gauge itself. */
function queryOf({ name, type, labels }) {
  const by = labels.length ? ` by (${["le", ...labels].join(", ")})` : " by (le)";
  if (type === "histogram") return `histogram_quantile(0.95, sum${by} (rate(${name}_bucket[5m])))`;
  return type === "counter" ? `rate(${name}[5m])` : name;
}

/** The samples of a family in the text format: [labels, value]. A histogram shows its buckets, count and sum by name. */
function samplesOf(text, { name, type }) {
  const kinds = type === "histogram" ? ["_bucket", "_count", "_sum"] : [""];
  const samples = [];
  for (const line of text.split("\n")) {
    const kind = kinds.find(each => line.startsWith(`${name}${each}{`) || line.startsWith(`${name}${each} `));
    if (kind === undefined) continue;
    const end = line.lastIndexOf(" ");
    samples.push([line.slice(kind === "" ? name.length : 0, end) || name, line.slice(end + 1)]);
  }
  return samples;
}

function itemOf([labels, value]) {
  return element("li", {}, element("span", { textContent: labels }), " ", element("b", { textContent: value }));
}

async function currentSeries(family) {
  const answer = await fetch(metricsPath, { headers: { Accept: "text/plain" } });
  if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
  return samplesOf(await answer.text(), family);
}

function close(row) {
  row.querySelector("th button").setAttribute("aria-expanded", "false");
  if (row.nextSibling?.classList.contains("opened")) row.nextSibling.remove();
}

async function open(row, family) {
  row.querySelector("th button").setAttribute("aria-expanded", "true");
  const cell = element("td", { className: "series", colSpan: 7, textContent: "…" });
  row.after(element("tr", { className: "opened" }, cell));
  try {
    const samples = await currentSeries(family);
    const list = element("ul", {}, ...samples.map(itemOf));
    cell.replaceChildren(samples.length ? list : "no series: the value is not known now");
  } catch (error) {
    cell.textContent = `the values could not be read: ${error.message}`;
  }
}

function closeAll() {
  for (const button of body.querySelectorAll("[aria-expanded=true]")) close(button.closest("tr"));
}

function rowOf(family) {
  const opener = element("button", { type: "button", textContent: family.name, title: "Show its series and their values" });
  opener.setAttribute("aria-expanded", "false");
  opener.addEventListener("click", () => opener.getAttribute("aria-expanded") === "true" ? close(row) : open(row, family));
  const cell = (kind, text) => element("td", { className: text === "" ? `${kind} none` : kind, textContent: text === "" ? "–" : text });
  const row = element("tr", {}, element("th", { scope: "row" }, opener), cell("type", family.type), cell("unit", family.unit),
                      cell("labels", family.labels.join(", ")), cell("count", String(family.series)), cell("help", family.help),
                      element("td", {}, copyButton(queryOf(family), `a query of ${family.name}`)));
  row.dataset.words = [family.name, family.type, family.unit, ...family.labels, family.help].join(" ").toLowerCase();
  return row;
}

/** Sorts by a column: first the smallest, or of numbers the largest; the second time the other way. */
function sort(heading) {
  closeAll();
  const column = heading.cellIndex;
  const isNumber = heading.textContent === "Series";
  const before = heading.getAttribute("aria-sort");
  const ascending = before === "none" ? !isNumber : before === "descending";
  for (const other of document.querySelectorAll(".catalogue thead [aria-sort]")) other.setAttribute("aria-sort", "none");
  heading.setAttribute("aria-sort", ascending ? "ascending" : "descending");
  const textOf = row => row.cells[column].textContent;
  const compare = (a, b) => isNumber ? Number(textOf(a)) - Number(textOf(b)) : textOf(a).localeCompare(textOf(b));
  body.append(...[...body.rows].sort((a, b) => ascending ? compare(a, b) : compare(b, a)));
}

function search() {
  closeAll();
  const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...body.rows];
  for (const row of rows) row.hidden = !words.every(word => row.dataset.words.includes(word));
  const shown = rows.filter(row => !row.hidden).length;
  byId("summary").textContent = shown === rows.length ? `${shown} metrics` : `${shown} of ${rows.length} metrics`;
}

async function load() {
  const answers = await Promise.all([fetch("/api/v1/catalogue"), fetch("/api/v1/printers")]);
  for (const answer of answers) if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
  const [{ families }, { agent }] = await Promise.all(answers.map(answer => answer.json()));
  metricsPath = agent.telemetry_path;
  body.replaceChildren(...families.map(rowOf));
  search();
}

byId("find").addEventListener("input", search);
for (const heading of document.querySelectorAll(".catalogue thead [aria-sort]"))
  heading.firstChild.addEventListener("click", () => sort(heading));
document.querySelector(".search").addEventListener("submit", event => event.preventDefault());
load().catch(error => { byId("summary").textContent = `the list could not be read: ${error.message}`; });
