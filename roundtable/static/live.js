// Parts of a page that change by themselves: asked for every second or so, fetched when something has
// happened, and put in place of what stands there. Clocks go on in between, by the server's time.
const root = document.querySelector("[data-change]");
const PERIOD = 1200;
const AT_LATEST = 15000;
let known = Number(root.dataset.known);
let ahead = Date.parse(root.dataset.now) - Date.now();
let fetched = Date.now();

const tell = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));
const pad = (number) => String(number).padStart(2, "0");
const shown = (seconds) => `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`;

const isBusy = (part) => {
  const active = document.activeElement;
  return part.contains(active) && (active.matches("input, select, textarea") || active.closest("details[open]"));
};

export const swap = (fresh) => {
  const focused = document.activeElement?.dataset.name;
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const present = document.getElementById(part.id);
    if (!present || isBusy(present)) continue;
    // What somebody has opened stays open.
    for (const open of present.querySelectorAll("details[open][data-name]")) {
      part.querySelector(`details[data-name="${open.dataset.name}"]`)?.setAttribute("open", "");
    }
    present.replaceWith(document.importNode(part, true));
  }
  if (focused) document.querySelector(`[data-name="${focused}"]`)?.focus();
  tick();
};

// A document that the browser itself has parsed: no text of ours ever becomes a page.
const fetchPage = (address) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open("GET", address);
  request.responseType = "document";
  request.timeout = 10000;
  request.onload = () => (request.response?.querySelector("[data-live]") ? resolve(request.response) : reject(new Error("no page")));
  request.onerror = request.ontimeout = () => reject(new Error("no network"));
  request.send();
});

export const refresh = async () => {
  const since = known;
  const page = await fetchPage(`${root.dataset.live}?since=${since}`);
  const mark = page.querySelector("[data-known]");
  known = Math.max(known, Number(mark.dataset.known));
  ahead = Date.parse(mark.dataset.now) - Date.now();
  fetched = Date.now();
  swap(page);
  tell("live", page);
};

export const now = () => Date.now() + ahead;

function tick() {
  for (const watch of document.querySelectorAll("[data-seconds]")) {
    const running = watch.dataset.since ? Math.max(0, (now() - Date.parse(watch.dataset.since)) / 1000) : 0;
    const seconds = Math.floor(Number(watch.dataset.seconds) + running);
    const planned = Number(watch.dataset.planned);
    watch.textContent = shown(seconds);
    watch.classList.toggle("over-time", seconds > planned);
    const bar = document.getElementById(watch.getAttribute("aria-describedby"));
    if (bar) bar.value = Math.min(seconds, planned);
  }
  for (const clock of document.querySelectorAll("[data-zone]")) {
    const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: clock.dataset.zone };
    clock.textContent = new Intl.DateTimeFormat(document.documentElement.lang, options).format(now());
  }
}

const ask = async () => {
  try {
    const answer = await fetch(root.dataset.change, { redirect: "manual", cache: "no-store" });
    if (answer.type === "opaqueredirect" || answer.status === 401) tell("signed-out");
    else {
      const { change } = await answer.json();
      tell("reached");
      if (change !== known || Date.now() - fetched > AT_LATEST) await refresh();
    }
  } catch {
    tell("lost");
  }
  setTimeout(ask, PERIOD);
};

setInterval(tick, 250);
tick();
setTimeout(ask, PERIOD);
