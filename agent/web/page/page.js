// The page of printers: one card per printer, updated by server-sent events; only changed elements are modified.
// Text from a printer is always inserted as text, never as markup.

import { drawChart, sensorClass, sensorName, rank, clock } from "/chart.js";

const FEW = 3;                 // up to this number of printers, the details are open at the start
const CHART_SECONDS = 15;      // refresh interval of an open, visible chart
const SPANS = [["30 min", 1800], ["1 h", 3600], ["3 h", 10800], ["6 h", 21600]];
const TONES = { printing: "good", finished: "good", paused: "warm", attention: "warm", released: "warm", busy: "good",
                error: "bad", offline: "bad" };
const WAITING = { user: "waiting for a person at the printer", input: "waiting for an answer" };

const printers = new Map();    // name -> state from the agent
const cards = new Map();       // name -> Card
const byId = id => document.getElementById(id);

// ------------------------------------------------------------------------------------------------ helpers
function setText(element, text) { if (element.textContent !== text) element.textContent = text; }
function setHidden(element, hidden) { if (element.hidden !== hidden) element.hidden = hidden; }

/** RFC 7386: null removes a member. */
function merge(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (typeof value === "object" && !Array.isArray(value) && typeof target[key] === "object") merge(target[key], value);
    else target[key] = value;
  }
}

function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "under a minute";
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** 0.0213 s is "21 ms". */
function brief(seconds) {
  if (seconds === undefined) return "–";
  const round = value => value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
  if (seconds < 0.001) return `${round(seconds * 1e6)} µs`;
  return seconds < 1 ? `${round(seconds * 1000)} ms` : `${round(seconds)} s`;
}

function whenDone(unix) {
  const date = new Date(unix * 1000), today = new Date();
  const time = clock(unix);
  return date.toDateString() === today.toDateString() ? time : `${date.toLocaleDateString([], { weekday: "short" })} ${time}`;
}

// ------------------------------------------------------------------------------------------------ one printer
class Card {
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
    this.jobs = new Jobs(this.find(".jobs"), name);
  }

  update(p) {
    this.root.dataset.state = p.state;
    this.root.dataset.tone = TONES[p.state] ?? "";
    setText(this.find(".state .word"), WAITING[p.busy] ?? p.state);
    setText(this.find(".kind"), [p.machine_type, p.firmware].filter(Boolean).join(" · ") || p.device);
    setText(this.find(".fault"), p.open_fault ?? "");
    setHidden(this.find(".fault"), !p.open_fault);
    this.updatePrint(p.print ?? {});
    this.updateHeat(p.temperatures ?? {});
    this.updateLine(p);
    this.updateHost(p);
    this.jobs.stateIs(p.state);
  }

  updatePrint(print) {
    const ratio = print.progress_ratio;
    setHidden(this.find(".print"), ratio === undefined && print.remaining_seconds === undefined);
    const bar = this.find("progress");
    if (ratio === undefined) bar.removeAttribute("value");
    else if (bar.value !== ratio || !bar.hasAttribute("value")) bar.value = ratio;
    setText(this.find(".percent"), ratio === undefined ? "" : `${Math.floor(ratio * 1000) / 10} %`);
    this.time(".remaining", ratio === 1 ? undefined : print.remaining_seconds, duration);
    this.time(".finish", print.finish_unix_seconds, whenDone);
    this.time(".change", print.change_remaining_seconds, duration);
    this.time(".file", print.sd_file, text => text);
  }

  time(selector, value, format) {
    const box = this.find(selector);
    setHidden(box, value === undefined);
    if (value !== undefined) setText(box.lastElementChild, format(value));
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
      const meter = row.children[3].firstElementChild;
      setHidden(meter, duty === undefined);
      if (duty !== undefined && meter.value !== duty) {
        meter.value = duty;
        meter.title = `heater at ${Math.round(duty * 100)} %`;
        meter.setAttribute("aria-label", meter.title);
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
    cells[2].append(document.createElement("meter"));
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
    this.fact("answer to a query, mean", brief(minute.ok_latency_mean_seconds));
    this.fact("answer to a query, 95 %", brief(minute.ok_latency_p95_seconds));
    this.fact("lines per second", minute.commands_per_second === undefined ? "–" : String(minute.commands_per_second));
    this.fact("planner empty, last minute", minute.starved_seconds === undefined ? "–" : `${minute.starved_seconds} s`);
    this.fact("resends", `${minute.resends ?? 0} (${p.link.resends} in total)`);
    this.fact("agent's delay, mean", brief(minute.agent_delay_mean_seconds));
    this.fact("agent's delay, 95 %", brief(minute.agent_delay_p95_seconds));
    this.fact("planner ran dry", p.link.underruns === undefined ? "–" : String(p.link.underruns));
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
  if (minute.resends > 0) return { text: `${minute.resends} resends`, tone: "warm" };
  if (minute.ok_latency_p95_seconds === undefined)
    return minute.commands_per_second > 0 ? { text: "clean", tone: "good" } : { text: "quiet", tone: "quiet" };
  return { text: `clean, queries answered in ${brief(minute.ok_latency_p95_seconds)}`, tone: "good" };
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
    const group = details.querySelector(".spans");
    for (const [label, seconds] of SPANS) group.append(this.button(label, seconds));
    details.addEventListener("toggle", () => this.refresh());
    new IntersectionObserver(([entry]) => {
      this.visible = entry.isIntersecting;
      this.refresh();
    }).observe(details);
    new ResizeObserver(() => {
      if (this.history && this.figure.clientWidth !== this.width) this.draw(this.history);
    }).observe(this.figure);
  }

  draw(history) {
    this.history = history;
    this.width = this.figure.clientWidth;
    drawChart(this.figure, history);
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

// ------------------------------------------------------------------------------------------------ its last prints
class Jobs {
  constructor(details, printer) {
    this.details = details;
    this.printer = printer;
    this.state = null;
    details.addEventListener("toggle", () => this.refresh());
  }

  /** A print begins or ends with a state change; the agent's list of prints follows within seconds. */
  stateIs(state) {
    if (state === this.state) return;
    this.state = state;
    this.refresh();
    setTimeout(() => this.refresh(), 5000);
  }

  async refresh() {
    if (!this.details.open) return;
    try {
      const answer = await fetch(`/api/v1/jobs?${new URLSearchParams({ printer: this.printer, limit: 8 })}`);
      if (answer.ok) this.draw((await answer.json()).jobs);
    } catch { /* the connection indicator already shows it */ }
  }

  draw(jobs) {
    const rows = jobs.map(job => {
      const row = document.createElement("tr");
      const percent = job.result !== "completed" && job.progress_ratio !== undefined ? ` at ${Math.floor(job.progress_ratio * 100)} %` : "";
      const cells = [`${job.joined ? "before " : ""}${whenDone(job.began_unix_seconds)}`, duration(job.elapsed_seconds),
                     `${job.result}${percent}`, `${job.extruded_meters.toFixed(2)} m`, job.file ?? `from the ${job.source}`];
      row.append(...cells.map(text => Object.assign(document.createElement("td"), { textContent: text })));
      row.dataset.result = job.result;
      if (job.reason) row.title = job.reason;
      return row;
    });
    this.details.querySelector("tbody").replaceChildren(...rows);
    setHidden(this.details.querySelector("table"), rows.length === 0);
    setHidden(this.details.querySelector(".none"), rows.length !== 0);
  }
}

// ------------------------------------------------------------------------------------------------ all of them
function takeAll(all) {
  byId("metrics-link").href = all.agent.telemetry_path;
  setText(byId("version"), `marlin-agent ${all.agent.version} (${all.agent.revision})`);
  const names = all.printers.map(p => p.name);
  for (const [name, card] of cards) {
    if (names.includes(name)) continue;
    card.root.remove();
    cards.delete(name);
    printers.delete(name);
  }
  const grid = byId("cards");
  grid.classList.toggle("single", names.length === 1);
  grid.classList.toggle("few", names.length > 1 && names.length <= FEW);
  for (const p of all.printers) {
    printers.set(p.name, p);
    if (!cards.has(p.name)) addCard(p.name, names.length <= FEW);
    cards.get(p.name).update(p);
  }
  setHidden(byId("filters"), names.length <= 2 * FEW);
  summarise();
}

function addCard(name, open) {
  const card = new Card(name);
  cards.set(name, card);
  for (const details of card.root.querySelectorAll("details")) details.open = open;
  card.find(".line").addEventListener("toggle", () => card.updateLine(printers.get(name)));
  byId("cards").append(card.root);
}

function takeChange(changes) {
  for (const [name, patch] of Object.entries(changes)) {
    const p = printers.get(name);
    if (!p) continue;
    const before = p.state;
    merge(p, patch);
    if (p.state !== before) setText(byId("announcer"), `${name} is ${p.state}`);
    cards.get(name).update(p);
  }
  summarise();
}

function summarise() {
  const counts = new Map();
  for (const p of printers.values()) counts.set(p.state, (counts.get(p.state) ?? 0) + 1);
  const total = printers.size;
  const parts = [...counts].sort().map(([state, n]) => `${n} ${state}`);
  setText(byId("summary"), total === 0 ? "No printer yet: plug one in, or add it to the configuration." : `${total} ${total === 1 ? "printer" : "printers"}: ${parts.join(", ")}`);
  document.title = total === 1 ? titleOf([...printers.values()][0]) : `${counts.get("printing") ?? 0} of ${total} printing · marlin-agent`;
  offerStates([...counts.keys()].sort());
  filter();
}

function titleOf(p) {
  const ratio = p.print?.progress_ratio;
  return `${p.name} ${p.state}${ratio === undefined ? "" : ` ${Math.floor(ratio * 100)} %`} · marlin-agent`;
}

function offerStates(states) {
  const select = byId("state-filter");
  const wanted = ["", ...states];
  if ([...select.options].map(o => o.value).join() === wanted.join()) return;
  const chosen = select.value;
  select.replaceChildren(...wanted.map(state => new Option(state || "all", state)));
  select.value = wanted.includes(chosen) ? chosen : "";
}

function filter() {
  const text = byId("find").value.trim().toLowerCase(), state = byId("state-filter").value;
  for (const [name, p] of printers) {
    setHidden(cards.get(name).root, !name.toLowerCase().includes(text) || (state !== "" && p.state !== state));
  }
}

// ------------------------------------------------------------------------------------------------ the connection
function show(kind, text) {
  byId("connection").className = `connection ${kind}`;
  setText(byId("connection").querySelector(".text"), text);
}

function listen() {
  const events = new EventSource("/api/v1/events");
  events.addEventListener("printers", event => {
    takeAll(JSON.parse(event.data));
    show("live", "live");
  });
  events.addEventListener("change", event => takeChange(JSON.parse(event.data)));
  events.onerror = () => {
    show("lost", "connection lost, trying again");
    // After a 503 (too many listeners) a browser stops reconnecting permanently: poll every few seconds instead.
    if (events.readyState === EventSource.CLOSED) setTimeout(poll, 1000);
  };
}

async function poll() {
  try {
    const answer = await fetch("/api/v1/printers");
    if (answer.ok) {
      takeAll(await answer.json());
      show("lost", "refresh every 5 seconds: too many pages are open");
    }
  } catch { /* the connection indicator already shows it */ }
  setTimeout(listen, 5000);
}

byId("find").addEventListener("input", filter);
byId("state-filter").addEventListener("change", filter);
const drawAll = () => { for (const card of cards.values()) card.chart.refresh(); };
setInterval(drawAll, CHART_SECONDS * 1000);
document.addEventListener("visibilitychange", drawAll);
listen();
