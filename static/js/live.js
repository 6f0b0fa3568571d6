// Loads a page again as soon as the file it shows is another one.
const page = document.querySelector("[data-mark]");
const PAUSE = 700;

const ask = async () => {
  try {
    const answer = await fetch(page.dataset.markFrom, { cache: "no-store" });
    if (answer.ok && (await answer.json()).mark !== page.dataset.mark) {
      window.location.reload();
      return;
    }
  } catch {
    // The site is being started again; it will answer soon.
  }
  setTimeout(ask, PAUSE);
};

if (page) setTimeout(ask, PAUSE);
