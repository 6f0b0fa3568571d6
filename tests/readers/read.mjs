// Reads every calendar of a folder with two programs and writes down what each of them understood.
// usage: TZ=UTC node read.mjs FOLDER > answers.json
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const text = (value) => (value && typeof value === "object" ? value.val : value) ?? "";
const order = (events) => events.sort((a, b) => (a.uid + a.start < b.uid + b.start ? -1 : 1));
const day = (instant) => instant.toISOString().slice(0, 10);

// What Thunderbird reads with.
function icalJs(content) {
  const calendar = new ICAL.Component(ICAL.parse(content));
  const when = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString());
  const events = calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    return {
      uid: event.uid,
      sequence: event.sequence ?? 0,
      start: when(event.startDate),
      end: when(event.endDate),
      summary: event.summary,
      status: component.getFirstPropertyValue("status") ?? "",
      attendees: component.getAllProperties("attendee").map((one) => one.getFirstValue()).sort(),
    };
  });
  return { method: calendar.getFirstPropertyValue("method") ?? "", events: order(events) };
}

function nodeIcalReads(content) {
  const read = nodeIcal.sync.parseICS(content);
  const events = Object.values(read).filter((part) => part.type === "VEVENT").map((event) => {
    const when = (time) => (event.datetype === "date" ? day(time) : time.toISOString());
    return {
      uid: event.uid,
      sequence: Number(event.sequence ?? 0),
      start: when(event.start),
      end: when(event.end),
      summary: text(event.summary),
      status: event.status ?? "",
      attendees: list(event.attendee).map((one) => (typeof one === "string" ? one : one.val)).sort(),
    };
  });
  return { method: read.vcalendar?.method ?? "", events: order(events) };
}

const readers = { "ical.js": icalJs, "node-ical": nodeIcalReads };
const answers = {};
for (const file of readdirSync(process.argv[2]).filter((name) => name.endsWith(".ics"))) {
  const content = readFileSync(join(process.argv[2], file), "utf8");
  answers[file] = {};
  for (const [name, read] of Object.entries(readers)) {
    try {
      answers[file][name] = read(content);
    } catch (fault) {
      answers[file][name] = { fault: String(fault) };
    }
  }
}
process.stdout.write(JSON.stringify(answers));
