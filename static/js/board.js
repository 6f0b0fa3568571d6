// Lets a card be dragged to another column; its own form does the work.
const board = document.querySelector("[data-board]");
let dragged = null;

for (const card of board?.querySelectorAll("[data-card]") ?? []) {
  if (!card.querySelector("form")) continue;
  card.draggable = true;
  card.addEventListener("dragstart", () => { dragged = card; card.classList.add("is-dragged"); });
  card.addEventListener("dragend", () => { dragged = null; card.classList.remove("is-dragged"); });
}
for (const column of board?.querySelectorAll("[data-stage]") ?? []) {
  column.addEventListener("dragover", (event) => { if (dragged) event.preventDefault(); });
  column.addEventListener("drop", (event) => {
    event.preventDefault();
    const form = dragged?.querySelector("form");
    if (!form || column.contains(dragged)) return;
    form.elements.stage.value = column.dataset.stage;
    form.requestSubmit();
  });
}
