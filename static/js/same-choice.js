// What is chosen in one of several groups of fields that ask for the same thing is chosen in the others too.
const controls = (group) => [...group.querySelectorAll("input, select")];

for (const group of document.querySelectorAll("[data-same]")) {
  const others = [...document.querySelectorAll(`[data-same="${group.dataset.same}"]`)].filter((one) => one !== group);
  group.addEventListener("change", () => {
    for (const other of others) {
      controls(other).forEach((control, place) => {
        const chosen = controls(group)[place];
        if (control.type === "checkbox") control.checked = chosen.checked;
        else control.value = chosen.value;
      });
    }
  });
}
