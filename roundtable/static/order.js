// Rows that are dragged by a handle, or moved with the arrow keys; the order is sent when it rests.
// Lists with the same `data-together` give rows to each other.
const PAUSE = 700;

for (const list of document.querySelectorAll("[data-order]")) {
  const rowsIn = (one) => [...one.querySelectorAll("[data-key]")];
  const order = (one) => rowsIn(one).map((row) => row.dataset.key).join();
  const token = document.querySelector('input[name="csrf_token"]').value;
  const status = document.querySelector("[data-said]");
  const { together } = list.dataset;
  const lists = together ? [...document.querySelectorAll(`[data-together="${together}"]`)] : [list];
  const first = new Map(lists.map((one) => [one, order(one)]));
  let timer = 0;

  const send = async (handle) => {
    const row = handle.closest("[data-key]");
    const home = row.closest("[data-order]");
    const keys = order(home);
    if (keys === first.get(home)) return;
    first.set(home, keys);
    const body = new URLSearchParams(keys.split(",").map((key) => ["key", key]));
    body.set("csrf_token", token);
    home.setAttribute("aria-busy", "true");
    await fetch(home.dataset.order, { method: "POST", body, redirect: "manual" });
    // What follows from the order, such as times and numbers, only the server knows.
    sessionStorage.setItem("moved", row.id);
    location.reload();
  };
  const say = (row) => {
    if (!status) return;
    const all = rowsIn(row.closest("[data-order]"));
    status.textContent = status.dataset.said.replace("{place}", String(all.indexOf(row) + 1)).replace("{count}", String(all.length));
  };
  // One step: past the neighbour, or at the end of a list into the one beside it.
  const step = (row, by) => {
    const home = row.closest("[data-order]");
    const all = rowsIn(home);
    const other = all[all.indexOf(row) + by];
    const next = lists[lists.indexOf(home) + by];
    if (other && by < 0) other.before(row);
    else if (other) other.after(row);
    else if (next && by < 0) next.append(row);
    else if (next) next.prepend(row);
    else return false;
    return true;
  };

  for (const handle of list.querySelectorAll(".handle")) {
    const row = handle.closest("[data-key]");
    handle.hidden = false;
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      if (!step(row, by)) return;
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
        const at = document.elementFromPoint(move.clientX, move.clientY);
        const over = at?.closest("[data-order]");
        if (!lists.includes(over)) return;
        const under = at.closest("[data-key]");
        if (!under && !rowsIn(over).length) over.append(row);
        if (!under || under === row) return;
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
