// Shows the story as it is typed, a moment after the last key, as the server would show it; and asks before what was
// typed and not saved is left behind.
const form = document.querySelector("form[data-look]");
const place = document.querySelector("[data-look-here]");
const stopped = document.querySelector("[data-look-stopped]");
const PAUSE = 350;

if (form && place) {
  let waiting = 0;
  let asked = null;
  let unsaved = document.querySelector("[data-error-summary]") !== null;

  const look = async () => {
    asked?.abort();
    asked = new AbortController();
    const typed = new FormData(form);
    typed.delete("picture");
    try {
      const answer = await fetch(form.dataset.look, { method: "POST", body: typed, signal: asked.signal });
      stopped.hidden = !answer.redirected && answer.status !== 400;
      if (answer.ok && !answer.redirected) place.innerHTML = (await answer.json()).html;
    } catch {
      // The text stays as it was typed; the next key asks again.
    }
  };

  form.addEventListener("input", (event) => {
    unsaved = true;
    if (event.target.type === "file") return;
    clearTimeout(waiting);
    waiting = setTimeout(look, PAUSE);
  });
  form.addEventListener("submit", () => {
    unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
