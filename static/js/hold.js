// Tells how long the picked time is still held, and holds it longer while somebody types.
const held = document.querySelector("[data-hold-until]");

if (held) {
  const left = held.querySelector("[data-hold-left]");
  const skew = held.dataset.holdNow ? Date.now() - Date.parse(held.dataset.holdNow) : 0;
  let until = Date.parse(held.dataset.holdUntil);
  let asked = Date.now();

  const show = () => {
    const minutes = Math.ceil((until - (Date.now() - skew)) / 60_000);
    if (minutes > 1) left.textContent = `${minutes} minutes left.`;
    else if (minutes === 1) left.textContent = "Less than a minute left.";
    else left.textContent = "The ten minutes are over: press the button all the same, nothing you typed is lost.";
    held.classList.toggle("is-short", minutes <= 2);
  };

  const extend = async () => {
    if (Date.now() - asked < 60_000) return;
    asked = Date.now();
    const answer = await fetch(held.dataset.holdExtend, { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const told = await answer.json();
    if (told.until) until = Date.parse(told.until);
    show();
  };

  document.addEventListener("input", extend);
  window.setInterval(show, 15_000);
  show();
}
