// The desk. What is typed is kept in this browser at once and sent when it rests. An entry has a key of its
// own, so that sending it twice stores it once; what two people wrote is shown side by side.
import { now, refresh } from "./live.js";

const PAUSE = 700;
const AGAIN = 3000;
const form = document.getElementById("composer");
const root = document.querySelector("[data-change]");
const status = document.getElementById("desk-status");
const list = document.getElementById("entries");
const words = form.querySelector("textarea");
const names = document.getElementById("mentions");
const said = status.dataset;
const prefix = `roundtable-desk/${root.dataset.meeting}/`;
const desk = (sessionStorage.desk ??= crypto.randomUUID());
const FIELDS = ["kind", "item_id", "language", "speaker_id", "owner_id", "due_on", "adoption", "votes_for", "votes_against", "abstentions"];

// --- What is kept here: one place per entry, so that two windows never overwrite each other ----------------

const kept = new Map();
for (let at = 0; at < localStorage.length; at += 1) {
  const name = localStorage.key(at);
  if (name.startsWith(prefix)) kept.set(name.slice(prefix.length), JSON.parse(localStorage.getItem(name)));
}
const keep = (key, entry) => {
  kept.set(key, entry);
  localStorage.setItem(prefix + key, JSON.stringify(entry));
};
const forget = (key) => {
  kept.delete(key);
  localStorage.removeItem(prefix + key);
  document.querySelectorAll(`[data-waiting="${key}"]`).forEach((one) => one.remove());
};

// --- The composer ------------------------------------------------------------------------------------------

let current = "";
let before = {};

const chosen = (name) => form.elements[name].value;
const fields = () => {
  const found = Object.fromEntries(FIELDS.map((name) => [name, chosen(name)]));
  found.off_record = found.kind === "statement" && form.elements.off_record.checked ? "y" : "";
  found.texts = { ...before, [found.language]: words.value };
  return found;
};
const missing = ({ kind, texts, language, speaker_id: speaker, owner_id: owner, adoption, votes_for: votes }) => {
  if (!texts[language]?.trim()) return said.needsWords;
  if (kind === "statement" && !speaker) return said.needsSpeaker;
  if (kind === "action" && !owner) return said.needsOwner;
  if (kind === "decision" && adoption === "vote" && votes === "") return said.needsVotes;
  return "";
};
const article = (key) => list.querySelector(`article[data-key="${CSS.escape(key)}"]`);
const speaking = () => document.querySelector("[data-speaker]")?.dataset.speaker ?? "";
const present = () => list.querySelector("[data-present]")?.dataset.item ?? chosen("item_id");

const typed = () => {
  if (!current) current = crypto.randomUUID();
  const entry = kept.get(current) ?? { version: 0, begun: Date.now(), sent: "" };
  keep(current, { ...entry, fields: fields(), isOpen: true });
  soon();
};
const fill = (values) => {
  for (const name of FIELDS) form.elements[name].value = values[name] ?? "";
  form.elements.off_record.checked = Boolean(values.off_record);
  before = { ...values.texts };
  words.value = before[values.language] ?? "";
  words.name = `texts-${values.language}`;
  words.lang = values.language;
  grow();
};
const blank = () => {
  const hidden = current && article(current);
  if (hidden) hidden.hidden = false;
  current = "";
  document.getElementById("changing").hidden = true;
  fill({ ...fields(), texts: {}, off_record: "", due_on: "", votes_for: "", votes_against: "", abstentions: "", adoption: "consensus", owner_id: "", item_id: present(), speaker_id: speaking() });
};
const finish = () => {
  if (!current) return;
  const entry = kept.get(current);
  const fault = missing(entry.fields);
  if (fault && (words.value.trim() || entry.version)) {
    say(fault, true);
    (fault === said.needsSpeaker ? form.elements.speaker_id : fault === said.needsOwner ? form.elements.owner_id : words).focus();
    return;
  }
  if (fault) forget(current);
  else keep(current, { ...entry, isOpen: false });
  const done = current;
  blank();
  if (kept.has(done)) wait(done);
  flush();
  words.focus();
};
const change = (key) => {
  finish();
  const shown = article(key);
  const values = JSON.parse(shown.dataset.values);
  const votes = values.votes ?? [];
  fill({ ...values, item_id: values.item_id ?? "", speaker_id: values.speaker_id ?? "", owner_id: values.owner_id ?? "", due_on: values.due_on ?? "", adoption: values.adoption ?? "consensus", votes_for: votes[0], votes_against: votes[1], abstentions: votes[2], off_record: values.on_record ? "" : "y" });
  current = key;
  keep(key, { version: Number(shown.dataset.version), begun: Date.now(), sent: JSON.stringify(fields()), fields: fields(), isOpen: true });
  shown.hidden = true;
  document.getElementById("changing").hidden = false;
  words.focus();
};
const grow = () => {
  words.rows = Math.min(12, Math.max(3, words.value.split("\n").length + Math.floor(words.value.length / 80)));
};

// --- Sending ---------------------------------------------------------------------------------------------

let timer = 0;
let isSending = false;
let isLost = false;
let isSignedOut = false;
const say = (text, isFault = false) => {
  if (status.textContent !== text) status.textContent = text;
  status.classList.toggle("fault", isFault);
};
const soon = () => {
  say(said.saving);
  clearTimeout(timer);
  timer = setTimeout(flush, PAUSE);
};
const report = () => {
  const waiting = [...kept.values()].filter((one) => !one.conflict && JSON.stringify(one.fields) !== one.sent);
  if (isSignedOut) return say(said.signedOut, true);
  if (isLost) return say(said.lost.replace("{count}", String(waiting.length)), true);
  if ([...kept.values()].some((one) => one.conflict)) return say(said.conflict, true);
  const fault = waiting.map((one) => one.fault || missing(one.fields)).find(Boolean);
  if (fault) return say(`${said.keptHere} ${fault}`, false);
  if (waiting.length) return say(said.saving);
  // The time at the session's home, as the clock on the left shows it.
  const timeZone = document.querySelector("[data-zone]").dataset.zone;
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "medium", hourCycle: "h23", timeZone }).format(now());
  return say(said.saved.replace("{time}", time));
};

const send = async (key) => {
  const entry = kept.get(key);
  const content = JSON.stringify(entry.fields);
  const { texts, ...rest } = entry.fields;
  const body = new URLSearchParams({ ...rest, key, desk, version: entry.version, age: (Date.now() - entry.begun) / 1000, csrf_token: token() });
  for (const [language, text] of Object.entries(texts)) body.set(`texts-${language}`, text);
  if (!rest.off_record) body.delete("off_record");
  const answer = await fetch(root.dataset.save, { method: "POST", body, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401) {
    isSignedOut = true;
    return;
  }
  if (answer.status >= 500 || answer.status === 429) throw new Error("not now");
  isSignedOut = false;
  const found = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : { refusal: said.refused };
  // Somebody may have typed on, or given the entry up, while the answer was on its way.
  const latest = kept.get(key);
  if (!latest) return;
  if (found.entry) {
    const isSame = JSON.stringify(latest.fields) === content;
    if (isSame && !latest.isOpen) forget(key);
    else keep(key, { ...latest, version: found.entry.version, sent: content, fault: "" });
  } else if (found.conflict) {
    keep(key, { ...latest, conflict: { ...found.conflict, message: found.message } });
    if (key === current) { current = ""; blank(); }
    showConflict(key);
  } else {
    const fault = found.refusal ?? Object.values(found.faults ?? {})[0] ?? said.refused;
    keep(key, { ...latest, fault, refused: content });
  }
};
const flush = async () => {
  if (isSending) return;
  isSending = true;
  clearTimeout(timer);
  try {
    for (const [key, entry] of [...kept]) {
      const content = JSON.stringify(entry.fields);
      if (entry.conflict || content === entry.refused || missing(entry.fields)) continue;
      if (content === entry.sent) {
        if (!entry.isOpen) forget(key);
        continue;
      }
      await send(key);
    }
    isLost = false;
  } catch {
    isLost = true;
  }
  isSending = false;
  report();
  const isUnsent = [...kept.values()].some((one) => !one.conflict && JSON.stringify(one.fields) !== one.sent && JSON.stringify(one.fields) !== one.refused && !missing(one.fields));
  if (isUnsent) timer = setTimeout(flush, isLost || isSignedOut ? AGAIN : PAUSE);
  else if (!isLost) refresh().catch(() => {});
};
const token = () => document.querySelector('[data-live] input[name="csrf_token"]')?.value ?? form.elements.csrf_token.value;

// --- What waits here, and what two people wrote ---------------------------------------------------------------

const nameOf = (select, value) => [...form.elements[select].options].find((one) => one.value === value)?.textContent ?? "";
const wait = (key) => {
  const { fields: { kind, texts, language, speaker_id: speaker, owner_id: owner } } = kept.get(key);
  document.querySelectorAll(`[data-waiting="${key}"]`).forEach((one) => one.remove());
  const shown = document.getElementById("waiting-entry").content.cloneNode(true).firstElementChild;
  shown.dataset.waiting = key;
  shown.querySelector(".tag").textContent = form.querySelector(`[name="kind"][value="${kind}"]`).closest("label").textContent.trim();
  shown.querySelector("strong").textContent = nameOf("speaker_id", kind === "action" ? owner : kind === "statement" ? speaker : "-");
  shown.querySelector("p").textContent = texts[language];
  document.getElementById("waiting").append(shown);
};
const showConflict = (key) => {
  const entry = kept.get(key);
  document.querySelectorAll(`[data-waiting="${key}"]`).forEach((one) => one.remove());
  const shown = document.getElementById("conflict").content.cloneNode(true).firstElementChild;
  shown.dataset.waiting = key;
  shown.querySelector("h2").textContent = entry.conflict.message;
  const [mine, theirs] = shown.querySelectorAll("p[data-words]");
  mine.textContent = entry.fields.texts[entry.fields.language];
  theirs.textContent = entry.conflict.is_removed ? said.removed : entry.conflict.texts[entry.conflict.language];
  shown.querySelector("[data-by]").textContent = entry.conflict.by;
  const settle = { mine: () => keep(key, { ...entry, version: entry.conflict.version, conflict: undefined, sent: "", isOpen: false }), theirs: () => forget(key), both: () => { forget(key); keep(crypto.randomUUID(), { ...entry, version: 0, conflict: undefined, sent: "", isOpen: false }); } };
  for (const button of shown.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      settle[button.value]();
      shown.remove();
      flush();
    });
  }
  document.getElementById("waiting").append(shown);
};

// --- What others wrote -------------------------------------------------------------------------------------------

document.addEventListener("live", ({ detail: page }) => {
  for (const fresh of page.querySelectorAll("#changed > article")) {
    const { key } = fresh.dataset;
    const old = article(key);
    // While an entry is being changed here, its place stays; the server says so if both were changed.
    if (fresh.hasAttribute("data-removed")) {
      old?.remove();
      continue;
    }
    const group = list.querySelector(`.group[data-item="${fresh.dataset.item}"]`) ?? list.querySelector('.group[data-item=""]');
    const own = document.importNode(fresh, true);
    own.hidden = key === current;
    old?.remove();
    const behind = [...group.querySelectorAll("article")].find((one) => Number(one.dataset.position) > Number(own.dataset.position));
    if (behind) behind.before(own);
    else group.append(own);
    if (!kept.has(key)) document.querySelectorAll(`[data-waiting="${key}"]`).forEach((one) => one.remove());
  }
  const running = page.querySelector("#live-head")?.dataset.item;
  for (const group of list.querySelectorAll(".group")) group.toggleAttribute("data-present", group.dataset.item === running);
  if (!current) form.elements.item_id.value = present();
  // Who got the floor a moment ago is meant, unless somebody has been chosen.
  if (!current) form.elements.speaker_id.value = speaking();
  else if (chosen("kind") === "statement" && !chosen("speaker_id") && speaking()) {
    form.elements.speaker_id.value = speaking();
    typed();
  }
});
document.addEventListener("lost", () => { isLost = true; report(); });
document.addEventListener("signed-out", () => { isSignedOut = true; report(); });
document.addEventListener("reached", () => {
  if (!isLost && !isSignedOut) return;
  isLost = isSignedOut = false;
  flush();
});
addEventListener("online", flush);

// --- Names after an @ ------------------------------------------------------------------------------------------------

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replaceAll("ı", "i").toLowerCase();
const wanted = () => words.value.slice(0, words.selectionStart).match(/(^|\s)@([^\s@]*)$/);
const offer = () => {
  const match = wanted();
  const people = match ? [...form.elements.speaker_id.options].filter((one) => one.value && plain(one.textContent).split(/[\s—,]+/).some((part) => part.startsWith(plain(match[2])))).slice(0, 6) : [];
  names.hidden = !people.length;
  names.replaceChildren(...people.map((one, place) => {
    const option = document.createElement("li");
    option.id = `mention-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(place === 0));
    option.dataset.value = one.value;
    option.textContent = one.textContent;
    return option;
  }));
  if (names.hidden) words.removeAttribute("aria-activedescendant");
  else words.setAttribute("aria-activedescendant", "mention-0");
};
const marked = () => names.querySelector('[aria-selected="true"]');
const step = (by) => {
  const all = [...names.children];
  const next = all[(all.indexOf(marked()) + by + all.length) % all.length];
  marked().setAttribute("aria-selected", "false");
  next.setAttribute("aria-selected", "true");
  words.setAttribute("aria-activedescendant", next.id);
};
const mention = (option) => {
  const end = words.selectionStart;
  const start = end - wanted()[2].length - 1;
  const kind = chosen("kind");
  const isChoice = kind === "statement" || kind === "action";
  if (isChoice) form.elements[kind === "action" ? "owner_id" : "speaker_id"].value = option.dataset.value;
  words.setRangeText(isChoice ? "" : option.textContent.split(" — ")[0], start, end, "end");
  names.hidden = true;
  typed();
};
names.addEventListener("pointerdown", (event) => {
  event.preventDefault();
  if (event.target.dataset.value) mention(event.target);
});

// --- Keys, buttons, fields ---------------------------------------------------------------------------------------------

const begin = (kind) => {
  form.querySelector(`[name="kind"][value="${kind}"]`).checked = true;
  if (current) typed();
  words.focus();
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target === words) {
    if (!names.hidden && ["ArrowDown", "ArrowUp"].includes(event.key)) { event.preventDefault(); step(event.key === "ArrowDown" ? 1 : -1); return; }
    if (!names.hidden && ["Enter", "Tab"].includes(event.key)) { event.preventDefault(); mention(marked()); return; }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); finish(); }
    if (event.key === "Escape") { if (names.hidden) words.blur(); names.hidden = true; }
    return;
  }
  if (event.target.matches("input, select, textarea")) return;
  const option = form.querySelector(`[name="kind"][data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (option) { event.preventDefault(); begin(option.value); }
});
form.addEventListener("input", (event) => {
  if (event.target.name === "language") { before = {}; words.name = `texts-${event.target.value}`; words.lang = event.target.value; }
  if (event.target === words) { grow(); offer(); }
  if (words.value.trim() || current) typed();
});
form.addEventListener("submit", (event) => { event.preventDefault(); finish(); });
words.addEventListener("blur", () => { names.hidden = true; });
list.addEventListener("click", (event) => {
  const link = event.target.closest("[data-edit]");
  if (!link) return;
  event.preventDefault();
  change(link.closest("article").dataset.key);
});
document.addEventListener("submit", async (event) => {
  const { target } = event;
  if (!target.matches("form[data-act], form[data-remove]")) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(target, event.submitter));
  if (target.matches("[data-remove]")) {
    const shown = target.closest("article");
    body.set("version", shown.dataset.version);
    body.set("desk", desk);
  }
  const act = target.dataset.remove ?? target.action;
  try {
    const answer = await fetch(act, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "manual" });
    const found = answer.ok ? {} : await answer.json();
    if (found.refusal) say(found.refusal, true);
    document.activeElement?.closest("details[open][data-name]")?.removeAttribute("open");
    if (document.activeElement?.matches("select, input")) document.activeElement.blur();
    await refresh();
  } catch {
    say(said.clickLost, true);
  }
});

// --- What was left here before a reload or a closed lid ------------------------------------------------------------------

document.documentElement.classList.add("live");
blank();
for (const [key, entry] of kept) {
  if (entry.conflict) showConflict(key);
  else if (entry.isOpen && !current) {
    fill(entry.fields);
    current = key;
    const shown = article(key);
    if (shown) shown.hidden = true;
  } else {
    keep(key, { ...entry, isOpen: false });
    if (JSON.stringify(entry.fields) !== entry.sent) wait(key);
  }
}
if (kept.size) flush();
