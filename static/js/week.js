// The hours of a week as a picture that can be drawn on. It reads and fills in the fields of its form, which are what is sent.
const STEP = 15;
const DAY = 1440;
const NIGHT = 960; // hours over midnight are no longer than this; the server says the same
const USUAL = [480, 1080]; // shown at least
const TIME = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?$/i;
const BETWEEN = /\s*(?:[-\u2010-\u2014]|\bto\b|\buntil\b)\s*/i;
const CLOSED = ["", "closed", "none", "-"];

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const write = (minutes) => {
  const within = minutes > DAY ? minutes - DAY : minutes;
  return `${Math.floor(within / 60)}:${String(within % 60).padStart(2, "0")}`;
};
const text = (hours) => `${write(hours.start)}\u2013${write(hours.end)}`;

const readTime = (typed) => {
  const found = TIME.exec(typed.trim());
  if (!found) return NaN;
  const half = (found[3] ?? "").toLowerCase()[0];
  const hour = Number(found[1]);
  const minutes = (half ? (hour % 12) + (half === "p" ? 12 : 0) : hour) * 60 + Number(found[2] ?? 0);
  return (half && (hour < 1 || hour > 12)) || Number(found[2] ?? 0) > 59 || minutes > DAY ? NaN : minutes;
};

// The hours that are meant, in order; null where the text cannot be drawn.
const read = (typed) => {
  if (CLOSED.includes(typed.trim().toLowerCase())) return [];
  const all = [];
  for (const part of typed.split(/[,;\n]+| and /).filter((one) => one.trim())) {
    const [start, end, ...more] = part.trim().split(BETWEEN).map(readTime);
    if (more.length || !(start < DAY) || !(end >= 0) || start === end) return null;
    all.push({ start, end: end > start ? end : end + DAY });
  }
  all.sort((one, other) => one.start - other.start);
  const meets = all.some((one, place) => one.end > (all[place + 1] ?? { start: all[0].start + DAY }).start);
  const long = all.some((one) => one.end > DAY && one.end - one.start > NIGHT);
  return meets || long ? null : all;
};

class Week {
  constructor(root) {
    this.root = root;
    this.said = root.querySelector("[data-week-said]");
    this.axis = root.querySelector("[data-week-axis]");
    this.days = [...root.querySelectorAll("[data-week-day]")].map((column) => ({
      column,
      name: column.dataset.weekName,
      track: column.querySelector("[data-week-track]"),
      add: column.querySelector("[data-week-add]"),
      field: root.closest("form").elements[column.dataset.weekDay],
      all: [],
    }));
    this.shows = [...root.querySelectorAll("[data-week-show]")];
    this.days.forEach((day, place) => {
      day.add.addEventListener("click", () => this.addTo(day));
      day.track.addEventListener("pointerdown", (event) => this.press(event, day));
      day.field.addEventListener("input", () => this.take(day));
      this.shows[place].addEventListener("click", () => this.show(day));
    });
    root.addEventListener("keydown", (event) => this.key(event));
    root.addEventListener("focusin", (event) => this.rove(event.target));
    root.hidden = false;
    this.show(this.days[0]);
    this.days.forEach((day) => this.take(day));
  }

  // What stands in the field of a day, as it is typed there.
  take(day) {
    const found = read(day.field.value);
    day.column.classList.toggle("is-unreadable", found === null);
    day.add.disabled = found === null;
    day.all = (found ?? []).map((hours) => this.piece(day, hours));
    day.track.replaceChildren(...day.all.map((hours) => hours.element));
    this.draw();
  }

  piece(day, hours) {
    const element = document.createElement("div");
    element.className = "week-piece";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "week-hours";
    button.setAttribute("aria-describedby", "week-keys");
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "week-remove";
    remove.tabIndex = -1;
    remove.textContent = "\u00d7";
    remove.addEventListener("click", () => this.remove(hours));
    element.append(button, remove);
    for (const edge of ["start", "end"]) {
      const grip = document.createElement("span");
      grip.className = `week-grip at-${edge}`;
      grip.dataset.edge = edge;
      element.append(grip);
    }
    button.tabIndex = -1;
    const to = document.createElement("span");
    to.className = "week-to";
    return Object.assign(hours, { day, element, button, to, removes: remove });
  }

  get pieces() {
    return this.days.flatMap((day) => day.all);
  }

  // Puts every piece where it belongs; what is shown reaches from an hour before the earliest to an hour after the latest.
  draw() {
    const all = this.pieces;
    this.first = Math.max(0, Math.floor((Math.min(USUAL[0] + 60, ...all.map((hours) => hours.start)) - 60) / 60) * 60);
    const latest = Math.max(USUAL[1] - 60, ...all.map((hours) => hours.end));
    this.last = Math.max(latest > DAY ? 0 : Math.min(DAY, Math.ceil((latest + 60) / 60) * 60), Math.ceil(latest / 60) * 60);
    this.root.style.setProperty("--week-rows", (this.last - this.first) / 60);
    const marks = [];
    for (let minutes = this.first; minutes < this.last; minutes += 60) {
      const mark = document.createElement("span");
      mark.textContent = write(minutes);
      mark.style.setProperty("--week-from", this.part(minutes - this.first));
      marks.push(mark);
    }
    this.axis.replaceChildren(...marks);
    all.forEach((hours) => this.place(hours));
    if (!all.some((hours) => hours.button.tabIndex === 0) && all.length) all[0].button.tabIndex = 0;
  }

  part(minutes) {
    return `${(100 * minutes) / (this.last - this.first)}%`;
  }

  place(hours) {
    hours.element.style.setProperty("--week-from", this.part(hours.start - this.first));
    hours.element.style.setProperty("--week-long", this.part(hours.end - hours.start));
    hours.element.classList.toggle("is-short", hours.end - hours.start < 60);
    hours.element.classList.toggle("is-tiny", hours.end - hours.start < 30);
    hours.button.replaceChildren(write(hours.start), hours.to);
    hours.to.textContent = `\u2013${write(hours.end)}`;
    hours.button.setAttribute("aria-label", this.name(hours));
    hours.removes.setAttribute("aria-label", `Remove ${this.name(hours)}`);
  }

  name(hours) {
    return `${hours.day.name}, ${write(hours.start)} to ${write(hours.end)}${hours.end > DAY ? " on the next day" : ""}`;
  }

  say(sentence) {
    this.said.textContent = sentence;
  }

  // Whether those hours of a day are free, but for the piece that is there already.
  fits(day, start, end, itself) {
    const place = this.days.indexOf(day);
    const before = this.days[(place + 6) % 7].all;
    const after = this.days[(place + 1) % 7].all;
    const others = day.all.filter((hours) => hours !== itself);
    return (
      start >= 0 && start < DAY && end - start >= Math.min(STEP, itself ? itself.end - itself.start : STEP) &&
      (end <= DAY || end - start <= NIGHT) &&
      others.every((hours) => (end <= hours.start || start >= hours.end) && end - DAY <= hours.start && hours.end - DAY <= start) &&
      before.every((hours) => hours.end - DAY <= start) &&
      after.every((hours) => end - DAY <= hours.start)
    );
  }

  // Gives a piece other hours, if they are free; they go into the field at once.
  set(hours, start, end) {
    if (!this.fits(hours.day, start, end, hours)) return false;
    Object.assign(hours, { start, end });
    this.fill(hours.day);
    return true;
  }

  fill(day) {
    day.all.sort((one, other) => one.start - other.start);
    day.field.value = day.all.map(text).join(", ");
  }

  create(day, start, end) {
    if (!this.fits(day, start, end)) return null;
    const hours = this.piece(day, { start, end });
    day.all.push(hours);
    day.track.append(hours.element);
    this.fill(day);
    this.place(hours);
    return hours;
  }

  // An hour where one is free, in the morning rather than at night.
  addTo(day) {
    for (const long of [60, STEP]) {
      for (const start of [540, ...day.all.map((hours) => hours.end), 480, 0, 1020, 1080]) {
        const hours = this.create(day, start, start + long);
        if (hours) {
          this.draw();
          hours.button.focus();
          this.say(`Added ${this.name(hours)}. Not saved yet.`);
          return;
        }
      }
    }
    this.say(`There is no room for more hours on ${day.name}.`);
  }

  drop(hours) {
    hours.day.all = hours.day.all.filter((one) => one !== hours);
    hours.element.remove();
    this.fill(hours.day);
    this.draw();
  }

  remove(hours) {
    const { day } = hours;
    this.drop(hours);
    (day.all[0]?.button ?? day.add).focus();
    this.say(`Removed ${this.name(hours)}. Not saved yet.`);
  }

  rove(target) {
    const hours = this.pieces.find((one) => one.button === target);
    if (!hours) return;
    for (const one of this.pieces) one.button.tabIndex = one === hours ? 0 : -1;
  }

  show(day) {
    this.days.forEach((one, place) => {
      one.column.classList.toggle("is-shown", one === day);
      this.shows[place].setAttribute("aria-pressed", String(one === day));
    });
  }

  key(event) {
    const hours = this.pieces.find((one) => one.button === event.target);
    if (!hours || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowUp: -STEP, ArrowDown: STEP, ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    const upright = event.key === "ArrowUp" || event.key === "ArrowDown";
    if (by && (upright || event.shiftKey)) {
      const start = hours.start + (!event.shiftKey || !upright ? by : 0);
      const end = hours.end + (!event.shiftKey || upright ? by : 0);
      const done = this.set(hours, start, end);
      this.draw();
      this.say(done ? `${this.name(hours)}. Not saved yet.` : `No room there. ${this.name(hours)} stays.`);
    } else if (by || event.key === "Home" || event.key === "End") {
      const all = this.pieces;
      const place = { Home: 0, End: all.length - 1 }[event.key] ?? all.indexOf(hours) + Math.sign(by);
      const next = all[clamp(place, 0, all.length - 1)];
      this.show(next.day);
      next.button.focus();
    } else if (event.key === "Enter") {
      hours.day.field.focus();
      hours.day.field.select();
    } else if (event.key === "Delete" || event.key === "Backspace") {
      this.remove(hours);
    } else return;
    event.preventDefault();
  }

  // A pointer on a day: on a piece it moves it, at its ends it makes it longer or shorter, elsewhere it draws a new one.
  press(event, day) {
    if (event.button || event.target.closest(".week-remove") || day.column.classList.contains("is-unreadable")) return;
    const at = (moved) => {
      const box = day.track.getBoundingClientRect();
      const exact = this.first + ((moved.clientY - box.top) / box.height) * (this.last - this.first);
      return clamp(Math.round(exact / STEP) * STEP, this.first, this.last);
    };
    let hours = day.all.find((one) => one.element.contains(event.target));
    const begun = at(event);
    const before = hours && { start: hours.start, end: hours.end };
    const edge = event.target.dataset.edge;
    const drawn = !hours;
    let moved = false;
    const reach = (to) => {
      if (!drawn) return this.set(hours, before.start + (edge === "end" ? 0 : to - begun), before.end + (edge === "start" ? 0 : to - begun));
      const [start, end] = [Math.min(begun, to), Math.max(begun, to)];
      if (hours) return this.set(hours, start, end);
      hours = this.create(day, start, end);
      return hours !== null;
    };
    const move = (next) => {
      let to = at(next);
      if (to === begun && !moved) return;
      moved = true;
      while (!reach(to) && to !== begun) to -= Math.sign(to - begun) * STEP; // as far as there is room
      if (hours) this.place(hours);
    };
    const end = (last) => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
      window.removeEventListener("pointercancel", end);
      if (last.type === "pointercancel") {
        // The page was scrolled instead: all is as it was.
        if (before) this.set(hours, before.start, before.end);
        else if (hours) this.drop(hours);
        this.draw();
        return;
      }
      if (drawn && !moved) {
        const start = Math.floor(begun / 60) * 60;
        hours = this.create(day, start, start + 60) ?? this.create(day, begun, begun + STEP);
      }
      if (!hours) return;
      this.draw();
      hours.button.focus();
      if (drawn || moved) this.say(`${drawn ? "Added " : ""}${this.name(hours)}. Not saved yet.`);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
    window.addEventListener("pointercancel", end);
    if (event.pointerType === "mouse") event.preventDefault();
  }
}

for (const root of document.querySelectorAll("[data-week-editor]")) new Week(root);
