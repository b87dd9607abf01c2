// The catalogue: every metric family of the agent, searchable, each with a query to copy.

import { byId, copyButton, element } from "/common.js";

/** A typical query: the rate of a counter, a quantile of a histogram, a gauge itself. */
function queryOf({ name, type, labels }) {
  const by = labels.length ? ` by (${["le", ...labels].join(", ")})` : " by (le)";
  if (type === "histogram") return `histogram_quantile(0.95, sum${by} (rate(${name}_bucket[5m])))`;
  return type === "counter" ? `rate(${name}[5m])` : name;
}

function rowOf(family) {
  const name = element("th", { scope: "row", textContent: family.name });
  const cell = (kind, text) => element("td", { className: text === "" ? `${kind} none` : kind, textContent: text === "" ? "–" : text });
  const row = element("tr", {}, name, cell("type", family.type), cell("unit", family.unit), cell("labels", family.labels.join(", ")),
                      cell("count", String(family.series)), cell("help", family.help),
                      element("td", {}, copyButton(queryOf(family), `a query of ${family.name}`)));
  row.dataset.words = [family.name, family.type, family.unit, ...family.labels, family.help].join(" ").toLowerCase();
  return row;
}

function search() {
  const words = byId("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...document.querySelectorAll(".catalogue tbody tr")];
  for (const row of rows) row.hidden = !words.every(word => row.dataset.words.includes(word));
  const shown = rows.filter(row => !row.hidden).length;
  byId("summary").textContent = shown === rows.length ? `${shown} metrics` : `${shown} of ${rows.length} metrics`;
}

async function load() {
  const answer = await fetch("/api/v1/catalogue");
  if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
  const { families } = await answer.json();
  document.querySelector(".catalogue tbody").replaceChildren(...families.map(rowOf));
  search();
}

byId("find").addEventListener("input", search);
document.querySelector(".search").addEventListener("submit", event => event.preventDefault());
load().catch(error => { byId("summary").textContent = `the list could not be read: ${error.message}`; });
