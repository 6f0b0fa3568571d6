// Follows a link by itself as soon as the page it leads to is no longer the one that waits.
const waiting = document.querySelector("[data-until-ready]");

if (waiting) {
  const look = async () => {
    const answer = await fetch(waiting.href).catch(() => null);
    if (answer?.ok && !(await answer.text()).includes("data-until-ready")) window.location.replace(waiting.href);
    else window.setTimeout(look, 2_000);
  };
  window.setTimeout(look, 1_000);
}
