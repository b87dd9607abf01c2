// The page of all prints, newest first, in pages. The address holds the filters (?printer=mk3&result=failed&days=7), the
// page (&before=ID) and the open print (#print-42), so that a link or a bookmark shows the same. Only changed rows are
// replaced.

import { beganOf, byId, clock, counted, duration, element, endOf, filamentOf, fileOf, meters, resultOf, setHidden, setText } from "/common.js";
import { PrintDetail } from "/print_detail.js";

const ROWS = 25;               // of a page
const REFRESH_SECONDS = 15;
const SETTLED_SECONDS = 60;    // after its end a print has all its layers and its incident
const RESULTS = ["running", "completed", "cancelled", "failed", "unknown"];
const DAYS = [["1", "in the last 24 hours"], ["7", "in the last 7 days"], ["30", "in the last 30 days"], ["365", "in the last 365 days"]];
const FILTERS = ["printer", "result", "days"];

const rows = new Map();        // id -> Row
let answered = null;           // when the agent answered last, Unix seconds
let latest = 0;                // number of the last request: an older answer is ignored

const form = byId("filters"), list = byId("list").querySelector("tbody");
const wanted = () => new URLSearchParams(location.search);
const openId = () => Number(/^#print-(\d+)$/.exec(location.hash)?.[1] ?? NaN);

/** The address with `changes`; an empty value is left out. */
function addressWith(changes) {
  const query = wanted();
  for (const [key, value] of Object.entries(changes)) {
    if (value === "") query.delete(key);
    else query.set(key, value);
  }
  const text = query.toString();
  return text === "" ? "/prints" : `/prints?${text}`;
}

// ------------------------------------------------------------------------------------------------ one print
class Row {
  constructor(job) {
    this.id = job.id;
    this.button = element("button", { type: "button", className: "opener" });
    this.cells = ["printer", "result", "duration", "filament", "file"].map(className => element("td", { className }));
    this.row = element("tr", {}, element("th", { scope: "row" }, this.button), ...this.cells);
    this.button.setAttribute("aria-expanded", "false");
    this.row.addEventListener("click", event => {
      if (event.target.closest("button") === this.button || !String(getSelection())) this.toggle();
    });
    this.update(job);
  }

  update(job) {
    this.job = job;
    this.row.dataset.result = job.result;
    setText(this.button, beganOf(job));
    const texts = [job.printer, resultOf(job), duration(job.elapsed_seconds), filamentOf(job), fileOf(job)];
    texts.forEach((text, i) => setText(this.cells[i], text));
    this.detail?.update(job);
  }

  elements() { return this.below ? [this.row, this.below] : [this.row]; }

  toggle() {
    const opens = !this.below;
    history.replaceState(null, "", location.pathname + location.search + (opens ? `#print-${this.id}` : ""));
    openWanted();
  }

  open() {
    if (this.below) return;
    this.detail ??= new PrintDetail(this.job);
    this.below = element("tr", { className: "below", id: `detail-${this.id}` }, element("td", { colSpan: 6 }, this.detail.root));
    this.row.after(this.below);
    this.button.setAttribute("aria-expanded", "true");
    this.button.setAttribute("aria-controls", this.below.id);
  }

  close() {
    this.below?.remove();
    this.below = null;
    this.button.setAttribute("aria-expanded", "false");
    this.button.removeAttribute("aria-controls");
  }

  /** Reads the details unless they are complete: the last layers and the incident of a print follow its end. */
  refresh() {
    const recent = this.job.result === "running" || Date.now() / 1000 - endOf(this.job) < SETTLED_SECONDS;
    if (!this.below || (this.is_complete && !recent)) return;
    this.detail.refresh().then(() => { this.is_complete = !recent; }, lost);
  }
}

/** At most one print is open: that of the address. */
function openWanted() {
  for (const [id, row] of rows) {
    if (id === openId()) row.open();
    else row.close();
    row.refresh();
  }
}

// ------------------------------------------------------------------------------------------------ the list
async function jobsOf(query) {
  const answer = await fetch(`/api/v1/jobs?${query}`);
  if (!answer.ok) throw new Error(`the agent answered ${answer.status}`);
  return answer.json();
}

function queryOf(address) {
  const query = new URLSearchParams({ limit: ROWS });
  for (const key of ["printer", "result", "before"]) if (address.get(key)) query.set(key, address.get(key));
  const days = Number(address.get("days"));
  if (days > 0) query.set("since", Math.floor(Date.now() / 1000 - days * 86400));
  return query;
}

async function load() {
  if (document.hidden && answered !== null) return;
  const request = ++latest;
  try {
    const answer = await jobsOf(queryOf(wanted()));
    if (request === latest) take(answer);
  } catch (error) {
    if (request === latest) lost(error);
  }
}

function take({ jobs, matching, printers }) {
  answered = Date.now() / 1000;
  show("live", `as of ${clock(answered)}`);
  offer("printer", printers.map(name => [name, name]));
  for (const [id, row] of rows) {
    if (jobs.some(job => job.id === id)) continue;
    row.close();
    row.row.remove();
    rows.delete(id);
  }
  const places = jobs.flatMap(job => {
    const row = rows.get(job.id);
    if (row) row.update(job);
    else rows.set(job.id, new Row(job));
    return rows.get(job.id).elements();
  });
  places.forEach((place, i) => { if (list.children[i] !== place) list.insertBefore(place, list.children[i] ?? null); });
  setHidden(byId("list"), jobs.length === 0);
  showTotals(matching);
  showPages(jobs, matching);
  explain(jobs, matching, printers);
  openWanted();
}

function showTotals(matching) {
  const facts = { prints: matching.prints };
  for (const result of RESULTS) if (matching[result] > 0 || ["completed", "failed"].includes(result)) facts[result] = matching[result];
  facts["time of printing"] = duration(matching.elapsed_seconds);
  facts.filament = meters(matching.extruded_meters);
  byId("totals").replaceChildren(...Object.entries(facts).map(([name, value]) =>
    element("div", {}, element("dt", { textContent: name }), element("dd", { textContent: String(value) }))));
  setHidden(byId("totals"), matching.prints === 0);
  setHidden(byId("bound"), matching.has_all);
}

function showPages(jobs, matching) {
  const before = wanted().get("before");
  const older = byId("pages").querySelector(".older"), newest = byId("pages").querySelector(".newest");
  newest.href = addressWith({ before: "" });
  setHidden(newest, !before);
  older.href = addressWith({ before: String(jobs.at(-1)?.id ?? "") });
  setHidden(older, jobs.length < ROWS || (!before && matching.prints === jobs.length));
  setHidden(byId("pages"), newest.hidden && older.hidden);
}

/** An empty list says what to do. */
function explain(jobs, matching, printers) {
  const isFiltered = FILTERS.some(key => wanted().get(key));
  setHidden(form.querySelector("button"), !isFiltered);
  setText(byId("announcer"), `${counted(matching.prints, "print")}`);
  say(jobs.length > 0 ? (Number.isNaN(openId()) || rows.has(openId()) ? "" : `Print ${openId()} is not in this list.`)
    : printers.length === 0 ? "The agent has seen no print yet. Start one from the printer or from a host program that is connected to the agent's port: it appears here when it begins."
    : isFiltered ? "No print matches these filters. Choose others, or show all prints." : "No older print is in the list.");
}

function say(text) {
  setText(byId("note"), text);
  setHidden(byId("note"), text === "");
}

// ------------------------------------------------------------------------------------------------ the connection
function show(kind, text) {
  byId("connection").className = `connection ${kind}`;
  setText(byId("connection").querySelector(".text"), text);
}

/** Older values stay, with the time at which they were true. */
function lost(error) {
  show("lost", answered === null ? "no answer, trying again" : `no answer, trying again; as of ${clock(answered)}`);
  const why = error instanceof TypeError ? "The agent does not answer." : `The list could not be read: ${error.message}.`;
  say(`${why} Check that its computer is on and that its service runs: systemctl status marlin-agent. This page tries again every ${REFRESH_SECONDS} seconds.`);
}

// ------------------------------------------------------------------------------------------------ the filters
/** The choices of a filter; one that the address names is always among them. */
function offer(name, choices) {
  const select = form.elements[name], chosen = wanted().get(name) ?? "";
  const all = chosen === "" || choices.some(([value]) => value === chosen) ? choices : [...choices, [chosen, chosen]];
  const values = ["", ...all.map(([value]) => value)];
  if ([...select.options].map(option => option.value).join("\n") !== values.join("\n"))
    select.replaceChildren(select.options[0], ...all.map(([value, text]) => new Option(text, value)));
  select.value = chosen;
}

function go(address) {
  history.pushState(null, "", address);
  arrive();
}

function arrive() {
  offer("printer", [...form.elements.printer.options].slice(1).map(option => [option.value, option.text]));
  offer("result", RESULTS.map(result => [result, result]));
  offer("days", DAYS);
  openWanted();
  load();
}

/** A link to a print of another page of the list: that page begins with it. */
async function find() {
  const id = openId();
  if (Number.isNaN(id)) return;
  const { jobs: [job] } = await jobsOf(new URLSearchParams({ before: id + 1, limit: 1 }));
  if (job?.id !== id || rows.has(id)) return;
  history.replaceState(null, "", `/prints?before=${id + 1}#print-${id}`);
  arrive();
}

form.addEventListener("change", event => go(addressWith({ [event.target.name]: event.target.value, before: "" })));
form.addEventListener("submit", event => event.preventDefault());
form.addEventListener("reset", event => {
  event.preventDefault();
  go("/prints");
});
byId("pages").addEventListener("click", event => {
  if (!event.target.href || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go(event.target.href);
  scrollTo(0, 0);
  byId("prints").focus({ preventScroll: true });
});
addEventListener("popstate", arrive);
document.addEventListener("visibilitychange", load);
setInterval(load, REFRESH_SECONDS * 1000);
arrive();
find().catch(() => { /* load() shows it */ });
