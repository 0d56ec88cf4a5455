// The guest list as a spreadsheet: one cell at a time, each saved when it is left.
const table = document.querySelector("[data-cells]");

if (table) {
  const token = document.querySelector('input[name="csrf_token"]').value;
  const status = document.querySelector(".cells-status");
  const hint = document.querySelector(".cells-hint");
  if (hint) hint.hidden = false;
  // One stop for the Tab key; from there the arrow keys lead on.
  const first = table.querySelector("[data-cell]");
  if (first) first.tabIndex = 0;

  const neighbour = (cell, key) => {
    const row = cell.closest("tr");
    const own = [...row.querySelectorAll("[data-cell]")];
    const at = own.indexOf(cell);
    if (key === "ArrowLeft") return own[at - 1];
    if (key === "ArrowRight") return own[at + 1];
    const other = key === "ArrowUp" ? row.previousElementSibling : row.nextElementSibling;
    return other?.querySelector(`[data-cell="${cell.dataset.cell}"]`);
  };
  const focus = (cell) => {
    if (!cell) return;
    for (const one of table.querySelectorAll('[data-cell][tabindex="0"]')) one.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  };

  const save = async (cell, input, shown) => {
    const was = cell.dataset.value;
    if (input.value.trim() === was) return cell.replaceChildren(shown);
    const label = input.selectedOptions ? input.selectedOptions[0].textContent : null;
    cell.setAttribute("aria-busy", "true");
    const body = new URLSearchParams({ csrf_token: token, field: cell.dataset.cell, value: input.value, was });
    let answer;
    try {
      const response = await fetch(`${table.dataset.cells}/${cell.closest("tr").dataset.row}/cell`, { method: "POST", body });
      answer = await response.json();
    } catch {
      answer = { error: status.dataset.lost };
    }
    cell.removeAttribute("aria-busy");
    if (answer.error) {
      // What was typed stays, with the reason under it.
      const fault = document.createElement("p");
      fault.className = "fault";
      fault.textContent = answer.error;
      input.setAttribute("aria-invalid", "true");
      cell.replaceChildren(input, fault);
      status.textContent = answer.error;
      return undefined;
    }
    cell.dataset.value = answer.value;
    cell.replaceChildren(label ?? answer.value);
    status.textContent = status.dataset.saved;
    return undefined;
  };

  const edit = (cell) => {
    if (cell.querySelector("input, select")) return;
    const shown = cell.textContent;
    const choices = document.getElementById(`choices-${cell.dataset.cell}`);
    const input = document.createElement(choices ? "select" : "input");
    if (choices) input.append(choices.content.cloneNode(true));
    input.value = cell.dataset.value;
    input.setAttribute("aria-label", cell.dataset.label);
    cell.replaceChildren(input);
    input.focus();
    if (input.select) input.select();
    let done = false;
    const finish = (next) => {
      if (done) return;
      done = true;
      save(cell, input, shown).then?.(() => { done = !cell.contains(input); });
      if (next) focus(next);
    };
    input.addEventListener("blur", () => finish());
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") { event.preventDefault(); finish(neighbour(cell, "ArrowDown") ?? cell); }
      if (event.key === "Tab") {
        const next = neighbour(cell, event.shiftKey ? "ArrowLeft" : "ArrowRight");
        if (next) { event.preventDefault(); finish(); edit(next); }
      }
      if (event.key === "Escape") { done = true; cell.replaceChildren(shown); focus(cell); }
    });
  };

  table.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell && !event.target.closest("input, select, a, button")) edit(cell);
  });
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (!cell || event.target !== cell) return;
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(cell); }
    if (event.key.startsWith("Arrow")) { event.preventDefault(); focus(neighbour(cell, event.key)); }
  });
}
