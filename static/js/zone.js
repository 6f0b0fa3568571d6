// Shows times in the zone and by the clock of the device, once; from then on the address says both.
const form = document.querySelector("form[data-zone-form]");

if (form) {
  const { timeZone, hourCycle } = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions();
  const clock = hourCycle === "h23" || hourCycle === "h24" ? "24" : "12";
  const { zone } = form.elements;
  const known = [...zone.options].some((option) => option.value === timeZone);

  if (known && (timeZone !== zone.value || clock !== form.elements.clock.value)) {
    const wanted = new URL(form.action);
    for (const [name, value] of new FormData(form)) wanted.searchParams.set(name, value);
    wanted.searchParams.delete("week");
    wanted.searchParams.set("zone", timeZone);
    wanted.searchParams.set("clock", clock);
    window.location.replace(wanted);
  }
}
