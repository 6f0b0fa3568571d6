// Keys of the desk, listed under "?". They can be turned off (WCAG 2.1.4).
const PLACES = { t: "/desk/", l: "/desk/leads/", b: "/desk/leads/board", c: "/desk/consults/" };
const ROWS = "main tbody th a, main .rows li > p:first-child a, main .meet h3 a, main .card p:first-child a";
const dialog = document.getElementById("keys");
const switcher = dialog?.querySelector("[data-keys-switch]");
const off = () => localStorage.getItem("keys") === "off";

function show() {
  switcher.textContent = off() ? "Turn the keys on" : "Turn the keys off";
}

function step(by) {
  const rows = [...document.querySelectorAll(ROWS)];
  const now = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(now + by, 0), rows.length - 1)]?.focus();
}

function act(key) {
  if (key === "?") { show(); dialog.showModal(); return true; }
  if (off()) return false;
  if (key === "/") { document.getElementById("quick-search")?.focus(); return true; }
  if (key === "n") { document.querySelector("#note textarea, #text")?.focus(); return true; }
  if (key === "j" || key === "k") { step(key === "j" ? 1 : -1); return true; }
  if (PLACES[key]) { location.assign(PLACES[key]); return true; }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (act(event.key)) event.preventDefault();
});
switcher?.addEventListener("click", () => { localStorage.setItem("keys", off() ? "on" : "off"); show(); });
dialog?.querySelector("[data-keys-close]").addEventListener("click", () => dialog.close());
