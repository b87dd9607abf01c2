// What the pages share: elements, values as text, and copying. Text from a printer is always inserted as text, never as
// markup.

export const byId = id => document.getElementById(id);
export function setText(element, text) { if (element.textContent !== text) element.textContent = text; }
export function setHidden(element, hidden) { if (element.hidden !== hidden) element.hidden = hidden; }
export const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

export const clock = seconds => new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** A time of this week has its day, an older one its date. */
export function whenDone(unix) {
  const date = new Date(unix * 1000), today = new Date();
  const time = clock(unix);
  if (date.toDateString() === today.toDateString()) return time;
  const near = Math.abs(today - date) < 6 * 86400 * 1000;
  return `${date.toLocaleDateString([], near ? { weekday: "short" } : { day: "numeric", month: "short", year: "numeric" })} ${time}`;
}

export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return "under a minute";
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A line is not broken between a number and its unit. */
export const withUnit = (value, unit) => `${value}\u00a0${unit}`;

export const meters = value => withUnit(value.toFixed(2), "m");
export const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/** Rounded down, so that only a complete print is at 100 %; 0.57 is stored as 0.56999. */
export const progress = ratio => withUnit(Math.floor(ratio * 100 + 1e-6), "%");
export const progressOf = job => job.result !== "completed" && job.progress_ratio !== undefined ? ` at ${progress(job.progress_ratio)}` : "";
export const beganOf = job => `${job.joined ? "before " : ""}${whenDone(job.began_unix_seconds)}`;
export const endOf = job => job.ended_unix_seconds ?? job.began_unix_seconds + job.elapsed_seconds;
export const resultOf = job => `${job.result}${progressOf(job)}${job.reason && job.result !== "completed" ? `: ${job.reason}` : ""}`;
/** The agent sees the moves of prints from a host only. */
export const filamentOf = job => job.source === "host" ? meters(job.extruded_meters) : "–";
export const fileOf = job => job.file ?? `from the ${job.source === "sd" ? "SD card" : job.source}`;

/** A button that copies `text`, which is `what`. */
export function copyButton(text, what) {
  const word = element("span", { textContent: "copy" });
  const button = element("button", { type: "button", title: text }, word, element("span", { className: "unseen", textContent: ` ${what}` }));
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyBySelection(text);  // without TLS the page has no clipboard access
    }
    byId("announcer").textContent = `copied ${text}`;
    word.textContent = "copied";
    setTimeout(() => { word.textContent = "copy"; }, 1500);
  });
  return button;
}

function copyBySelection(text) {
  const area = element("textarea", { className: "unseen", value: text });
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
