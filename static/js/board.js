// Lets a card be dragged to another column, or moved with "<" and ">"; its own form does the work, and the server's
// answer says where the card stands then.
const columns = [...document.querySelectorAll("[data-board] [data-stage]")];
let dragged = null;

function move(card, column) {
  const form = card.querySelector("form[data-move]");
  if (!form || !column || column.contains(card)) return;
  form.elements.stage.value = column.dataset.stage;
  form.requestSubmit();
}

for (const card of document.querySelectorAll("[data-board] [data-card]")) {
  if (!card.querySelector("form[data-move]")) continue;
  card.draggable = true;
  card.addEventListener("dragstart", (event) => {
    dragged = card;
    card.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector("a").textContent);
  });
  card.addEventListener("dragend", () => {
    dragged = null;
    card.classList.remove("is-dragged");
    for (const column of columns) column.classList.remove("is-over");
  });
  card.addEventListener("keydown", (event) => {
    if (!"<>".includes(event.key) || event.target.closest("select") || localStorage.getItem("keys") === "off") return;
    event.preventDefault();
    const here = columns.findIndex((column) => column.contains(card));
    move(card, columns[here + (event.key === ">" ? 1 : -1)]);
  });
}
for (const column of columns) {
  column.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    for (const other of columns) other.classList.toggle("is-over", other === column);
  });
  column.addEventListener("drop", (event) => {
    event.preventDefault();
    if (dragged) move(dragged, column);
  });
}
