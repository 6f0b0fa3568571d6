// Lets a campaign, and the site that sent the reader, come along from story to story: in the part of the address after
// "#", which is never sent and never stored. The postscript hands them on when the assessment begins.
const NAMES = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"];
const MARK = "#via:";
const query = new URLSearchParams(location.search);
const kept = new URLSearchParams(location.hash.startsWith(MARK) ? location.hash.slice(MARK.length) : "");
const trail = new URLSearchParams();

for (const name of NAMES) {
  const value = query.get(name) ?? kept.get(name);
  if (value) trail.set(name, value.slice(0, 200));
}
const before = document.referrer && new URL(document.referrer);
const sent = kept.get("referrer") ?? (before && before.origin !== location.origin ? before.origin + before.pathname : "");
if (sent) trail.set("referrer", sent.slice(0, 200));

if ([...trail.keys()].length) {
  trail.set("landing", (kept.get("landing") ?? location.pathname).slice(0, 200));
  for (const link of document.links) {
    const reading = link.pathname === "/" || link.pathname.startsWith("/stories/");
    if (link.origin === location.origin && reading && !link.hash) link.hash = MARK.slice(1) + trail;
  }
  for (const form of document.querySelectorAll('form[action="/assessment/"]')) {
    for (const [name, value] of trail) {
      const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(field);
    }
  }
}
