// Keeps the count of letters true while they leave, without a reload.
const box = document.querySelector("[data-progress]");
const bar = box.querySelector("progress");
const counts = box.querySelectorAll("[data-state]");

async function look() {
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const states = await answer.json();
  bar.max = states.all;
  bar.value = states.all - states.waiting;
  for (const count of counts) {
    const number = states[count.dataset.state] ?? 0;
    count.textContent = String(number);
    count.parentElement.hidden = number === 0;
  }
  // What did not arrive wants its reasons and forms, which only the page itself has.
  const failed = (states.refused ?? 0) + (states.bounced ?? 0);
  if (failed > Number(box.dataset.failed)) location.reload();
  if (states.waiting > 0) setTimeout(look, 2000);
}

if (Number(box.dataset.waiting) > 0) setTimeout(look, 1000);
