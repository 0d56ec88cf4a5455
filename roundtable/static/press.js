// The press desk. A part is saved when its writer pauses; then the pages beside it are drawn anew. What two people
// wrote stands side by side, and nobody's words are lost with the network.
const PAUSE = 400;
const AGAIN = 3000;
const status = document.getElementById("press-status");
const said = status.dataset;
const preview = document.querySelector("[data-preview]");

// --- Saving --------------------------------------------------------------------------------------------------

const waiting = new Set();
const faults = new Map();
let isLost = false;
const say = () => {
  const fault = isLost ? said.lost : [...faults.values()][0];
  status.textContent = fault ?? (waiting.size ? said.saving : said.saved);
  status.classList.toggle("fault", Boolean(fault));
};
const words = (form) => JSON.stringify([...new FormData(form)].filter(([name]) => name !== "csrf_token" && name !== "version"));

const show = (form, answer) => {
  form.elements.version.value = answer.version;
  for (const place of form.querySelectorAll("[data-code]")) {
    const isStale = answer.stale.includes(place.dataset.code);
    place.querySelector(".stale").hidden = !isStale;
    place.querySelector(".holds").hidden = !isStale;
    if (!isStale) place.querySelector(".holds input").checked = false;
  }
  const standing = form.closest("article").querySelector("[data-standing]");
  if (standing && answer.standing) standing.textContent = answer.standing;
};

// Somebody else has changed the part: both texts are shown, and the writer decides.
const compare = (form, answer) => {
  const place = form.querySelector(".theirs");
  place.replaceChildren();
  const add = (tag, text, parent = place) => {
    const made = document.createElement(tag);
    made.textContent = text;
    parent.append(made);
    return made;
  };
  add("p", `${answer.refusal} (${answer.by})`);
  add("p", said.theirs);
  for (const [code, text] of Object.entries(answer.texts)) add("blockquote", text).lang = code;
  const settle = (isMine) => {
    place.hidden = true;
    faults.delete(form);
    if (!isMine) for (const [code, text] of Object.entries(answer.texts)) form.elements[`texts-${code}`].value = text;
    form.elements.version.value = answer.version;
    form.dataset.saved = isMine ? "" : words(form);
    soon(form, 0);
  };
  for (const [label, isMine] of [[said.mine, true], [said.keep, false]]) {
    const button = add("button", label);
    button.type = "button";
    button.className = "second";
    button.addEventListener("click", () => settle(isMine));
  }
  place.hidden = false;
};

const timers = new Map();
const soon = (form, after = PAUSE) => {
  clearTimeout(timers.get(form));
  if (words(form) === form.dataset.saved) {
    waiting.delete(form);
    return say();
  }
  waiting.add(form);
  say();
  timers.set(form, setTimeout(save, after, form));
};
// One message about a part at a time; whoever asks meanwhile waits for the same one.
const onTheirWay = new Map();
const save = (form) => {
  if (!onTheirWay.has(form)) onTheirWay.set(form, send(form).finally(() => onTheirWay.delete(form)));
  return onTheirWay.get(form);
};
const send = async (form) => {
  if (!form.querySelector(".theirs").hidden) return;
  const now = words(form);
  let answer;
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual" });
    isLost = false;
    if (response.type === "opaqueredirect" || response.status === 400) answer = { refusal: said.signedOut };
    else answer = { status: response.status, ...(await response.json()) };
  } catch {
    isLost = true;
    timers.set(form, setTimeout(save, AGAIN, form));
  }
  if (answer?.status === 200) {
    form.dataset.saved = now;
    faults.delete(form);
    show(form, answer);
    draw();
  } else if (answer) {
    faults.set(form, answer.refusal);
    if (answer.texts) {
      waiting.delete(form);
      return compare(form, answer), say();
    }
  }
  // What was typed meanwhile goes next; a fault waits for the next key.
  if (answer?.status === 200) soon(form, 0);
  say();
};

document.querySelector(".press-columns").classList.add("is-live");
for (const form of document.querySelectorAll("form.block")) {
  form.dataset.saved = words(form);
  form.addEventListener("input", () => soon(form));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    soon(form, 0);
  });
}
// Another button of the page is pressed in the pause: what was typed goes first.
const pressed = new WeakSet();
addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.matches("form.block") || !waiting.size || pressed.has(form)) return;
  event.preventDefault();
  pressed.add(form);
  while (waiting.size && !isLost && !faults.size) await Promise.all([...waiting].map(save));
  form.requestSubmit(event.submitter);
  pressed.delete(form);
});
addEventListener("beforeunload", (event) => {
  if (waiting.size) event.preventDefault();
});

// --- The pages -----------------------------------------------------------------------------------------------

const pages = preview.querySelector("[data-pages]");
const tabs = [...preview.querySelectorAll("[data-language]")];
let language = sessionStorage.pressLanguage ?? document.documentElement.lang;
if (!tabs.some((tab) => tab.dataset.language === language)) language = tabs[0].dataset.language;
let isDrawing = false;
let isOld = false;

const draw = async () => {
  isOld = true;
  if (isDrawing) return;
  isDrawing = true;
  while (isOld) {
    isOld = false;
    try {
      const response = await fetch(preview.dataset.preview.replace("/xx.json", `/${language}.json`));
      if (!response.ok) throw new Error(String(response.status));
      await paint(await response.json());
      preview.removeAttribute("data-failed");
    } catch {
      preview.dataset.failed = said.failed;
    }
  }
  isDrawing = false;
};
const paint = async (answer) => {
  const bitmaps = await Promise.all(answer.pages.map((page) => {
    const bytes = Uint8Array.from(atob(page), (letter) => letter.charCodeAt(0));
    return createImageBitmap(new Blob([bytes], { type: "image/png" }));
  }));
  while (pages.children.length > bitmaps.length) pages.lastChild.remove();
  bitmaps.forEach((bitmap, index) => {
    const canvas = pages.children[index] ?? pages.appendChild(document.createElement("canvas"));
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", pages.dataset.label.replace("{number}", String(index + 1)));
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
  });
  preview.querySelector("[data-length]").textContent = answer.length;
  preview.querySelector("[data-hints]").replaceChildren(...answer.hints.map((hint) => {
    const item = document.createElement("li");
    item.textContent = hint;
    return item;
  }));
  pages.dataset.drawn = String(Number(pages.dataset.drawn ?? 0) + 1);
};
const choose = (code) => {
  language = code;
  sessionStorage.pressLanguage = code;
  for (const tab of tabs) {
    if (tab.dataset.language === code) tab.setAttribute("aria-current", "true");
    else tab.removeAttribute("aria-current");
  }
  preview.querySelector("[data-pdf]").href = tabs.find((tab) => tab.dataset.language === code).href;
  draw();
};
for (const tab of tabs) tab.addEventListener("click", (event) => {
  event.preventDefault();
  choose(tab.dataset.language);
});
choose(language);

// --- The focal point: a click on the picture ---------------------------------------------------------------------

for (const picture of document.querySelectorAll("form.block .thumb")) {
  const form = picture.closest("form");
  picture.addEventListener("click", (event) => {
    const box = picture.getBoundingClientRect();
    form.elements.focal_x.value = Math.round(((event.clientX - box.left) / box.width) * 10) * 10;
    form.elements.focal_y.value = Math.round(((event.clientY - box.top) / box.height) * 10) * 10;
    form.dispatchEvent(new Event("input"));
  });
}
