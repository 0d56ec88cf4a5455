// Rows that are dragged by a handle, or moved with the arrow keys; the order is sent when it rests.
const PAUSE = 700;

for (const list of document.querySelectorAll("[data-order]")) {
  const rows = () => [...list.querySelectorAll("[data-key]")];
  const token = document.querySelector('input[name="csrf_token"]').value;
  const status = document.querySelector("[data-said]");
  let sent = rows().map((row) => row.dataset.key).join();
  let timer = 0;

  const send = async (focused) => {
    const keys = rows().map((row) => row.dataset.key);
    if (keys.join() === sent) return;
    sent = keys.join();
    const body = new URLSearchParams(keys.map((key) => ["key", key]));
    body.set("csrf_token", token);
    list.setAttribute("aria-busy", "true");
    await fetch(list.dataset.order, { method: "POST", body, redirect: "manual" });
    // The times follow from the order, and only the server knows them.
    sessionStorage.setItem("moved", focused.closest("tr").id);
    location.reload();
  };
  const say = (row) => {
    if (!status) return;
    const all = rows();
    status.textContent = status.dataset.said.replace("{place}", String(all.indexOf(row) + 1)).replace("{count}", String(all.length));
  };

  for (const handle of list.querySelectorAll(".handle")) {
    const row = handle.closest("[data-key]");
    handle.hidden = false;
    handle.addEventListener("keydown", (event) => {
      const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const other = rows()[rows().indexOf(row) + step];
      if (!other) return;
      if (step < 0) other.before(row);
      else other.after(row);
      handle.focus();
      say(row);
      clearTimeout(timer);
      timer = setTimeout(send, PAUSE, handle);
    });
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      handle.focus();
      row.classList.add("dragged");
      const drag = (move) => {
        const under = document.elementFromPoint(move.clientX, move.clientY)?.closest("[data-key]");
        if (!under || under === row || under.parentElement !== list) return;
        const box = under.getBoundingClientRect();
        if (move.clientY < box.top + box.height / 2) under.before(row);
        else under.after(row);
      };
      const drop = () => {
        // On the document: a handle that moves with its row loses every pointer that it has captured.
        document.removeEventListener("pointermove", drag);
        document.removeEventListener("pointerup", drop);
        document.removeEventListener("pointercancel", drop);
        row.classList.remove("dragged");
        say(row);
        send(handle);
      };
      document.addEventListener("pointermove", drag);
      document.addEventListener("pointerup", drop);
      document.addEventListener("pointercancel", drop);
    });
  }
}

const moved = sessionStorage.getItem("moved");
sessionStorage.removeItem("moved");
if (moved) document.getElementById(moved)?.querySelector(".handle")?.focus();
