// Reads calendar files (JSON on standard input: a list of texts) with ical.js and says what it finds.
// No zone data of its own: the VTIMEZONE in each file must say everything, as in Nextcloud.
import ICAL from "ical.js";

let input = "";
for await (const piece of process.stdin) input += piece;

const found = JSON.parse(input).map((text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const zones = {};
  for (const component of calendar.getAllSubcomponents("vtimezone")) {
    const zone = new ICAL.Timezone(component);
    zones[zone.tzid] = zone;
  }
  return {
    method: calendar.getFirstPropertyValue("method"),
    events: calendar.getAllSubcomponents("vevent").map((component) => {
      const event = new ICAL.Event(component);
      const at = (time) => {
        if (!time.zone || time.zone === ICAL.Timezone.localTimezone) throw new Error("floating time");
        return time.toUnixTime();
      };
      return {
        uid: event.uid,
        sequence: event.sequence,
        status: component.getFirstPropertyValue("status"),
        starts: at(event.startDate),
        ends: at(event.endDate),
        attendees: component.getAllProperties("attendee").map((one) => one.getFirstValue()),
        partstat: component.getFirstProperty("attendee")?.getParameter("partstat") ?? null,
        summary: event.summary,
      };
    }),
  };
});
process.stdout.write(JSON.stringify(found));
