// Shows the letter again a moment after the last key: the form's own preview button, pressed for the writer.
const form = document.getElementById("wording-form");
const button = document.getElementById("show-preview");
let waiting = 0;

form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => form.requestSubmit(button), 400);
});
