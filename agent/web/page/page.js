// The page of printers: one card per printer, updated by server-sent events.

import { Card } from "/card.js";
import { byId, clock, progress, setHidden, setText } from "/common.js";

const FEW = 3;                 // up to this number of printers, the details are open at the start
const REFRESH_SECONDS = 15;    // refresh interval of an open, visible chart and of a running print's numbers
// Printers that need somebody come first, then those that print.
const ORDER = ["error", "attention", "offline", "paused", "printing", "busy", "finished"];
const orderOf = state => ORDER.includes(state) ? ORDER.indexOf(state) : ORDER.length;

const printers = new Map();    // name -> state from the agent
const cards = new Map();       // name -> Card
let heard = null;              // when the agent said something last, Unix seconds

/** RFC 7386: null removes a member. */
function merge(target, patch) {
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete target[key];
    else if (typeof value === "object" && !Array.isArray(value) && typeof target[key] === "object") merge(target[key], value);
    else target[key] = value;
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
  arrange();
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
    cards.get(name).update(p);
    if (p.state === before) continue;
    setText(byId("announcer"), `${name} is ${p.state}`);
    arrange();
  }
  summarise();
}

/** Moves only the cards that are not in their place. */
function arrange() {
  const names = [...printers.keys()].sort((a, b) => orderOf(printers.get(a).state) - orderOf(printers.get(b).state) || a.localeCompare(b));
  const grid = byId("cards");
  names.forEach((name, i) => {
    const { root } = cards.get(name);
    if (grid.children[i] !== root) grid.insertBefore(root, grid.children[i]);
  });
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
  return `${p.name} ${p.state}${ratio === undefined ? "" : ` ${progress(ratio)}`} · marlin-agent`;
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

/** Older values stay, with the time at which they were true. */
function explainLoss() {
  const values = heard === null ? "" : ` The values below are those of ${clock(heard)}.`;
  setText(byId("note"), `The agent does not answer.${values} Check that its computer is on and that its service runs: systemctl status marlin-agent. This page tries again by itself.`);
  setHidden(byId("note"), false);
}

function take(text, use) {
  heard = Date.now() / 1000;
  setHidden(byId("note"), true);
  use(JSON.parse(text));
}

function listen() {
  const events = new EventSource("/api/v1/events");
  events.addEventListener("printers", event => {
    take(event.data, takeAll);
    show("live", "live");
  });
  events.addEventListener("change", event => take(event.data, takeChange));
  events.onerror = () => {
    show("lost", "connection lost, trying again");
    explainLoss();
    // After a 503 (too many listeners) a browser stops reconnecting permanently: poll every few seconds instead.
    if (events.readyState === EventSource.CLOSED) setTimeout(poll, 1000);
  };
}

async function poll() {
  try {
    const answer = await fetch("/api/v1/printers");
    if (answer.ok) {
      take(await answer.text(), takeAll);
      show("lost", "refresh every 5 seconds: too many pages are open");
    }
  } catch { /* the connection indicator already shows it */ }
  setTimeout(listen, 5000);
}

byId("find").addEventListener("input", filter);
byId("state-filter").addEventListener("change", filter);
const refreshAll = () => { for (const card of cards.values()) card.refresh(); };
setInterval(refreshAll, REFRESH_SECONDS * 1000);
document.addEventListener("visibilitychange", refreshAll);
listen();
