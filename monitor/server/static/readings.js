// Header and readings: what the beam does, the counts, the volume, the leaks, what the monitor can't see.

import { byId, clock, h, icon, view } from "./dom.js";
import { VIEWS, ZONES, happened } from "./words.js";

/** @param {any} page @param {number} now */
function beamWords(page, now) {
  if (page.beam === "no_signal") return ["NO SIGNAL", "the image is not from now"];
  if (page.beam === "on") return page.session.recording ? ["X-RAY ON", "recorded"] : ["LIVE", "X-ray on"];
  if (page.held_since_s === null) return ["NO X-RAY", "no shot yet"];
  return ["HELD", `last image, ${clock(now - page.held_since_s)} old`];
}

export class Readings {
  /** @param {() => void} toggleSound */
  constructor(toggleSound) {
    this.toggleSound = toggleSound;
    this.header = view(byId("header"), (data) => this.buildHeader(data));
    this.readings = view(byId("readings"), buildReadings);
    this.history = view(byId("history"), buildHistory);
  }

  /** @param {any} page @param {number} now @param {{armed: boolean, awake: boolean, why: string}} device */
  show(page, now, device) {
    const { session, view: seen, level, beam } = page;
    this.header({ session, seen, level, beam, words: beamWords(page, now), clock: clock(now), device });
    const running = page.shot_since_s === null ? 0 : Math.max(0, now - page.shot_since_s);
    const beamS = (page.beam_s + running).toFixed(1);
    const { shots, increments, ml, ml_source, leaks, technical } = page;
    this.readings({ shots, beamS, increments, ml, ml_source, leaks, technical });
    this.history(page.history);
    byId("screen").dataset.state = beam === "on" ? "" : beamWords(page, now)[0];
  }

  buildHeader({ session, seen, level, beam, words, clock: time, device }) {
    return [
      h("div", { class: "case" },
        session.recording && h("strong", { class: "recording" }, "REPLAY", h("small", {}, "recording, not the patient")),
        h("span", { class: "title" }, session.title)),
      h("div", { id: "beam", class: `beam ${beam}` }, icon(beam), h("strong", {}, words[0]), h("small", {}, words[1])),
      h("div", { id: "view", class: "fact" }, h("strong", {}, VIEWS[seen]), h("small", {}, level ?? "level unknown")),
      h("div", { id: "clock", class: "fact" }, h("strong", {}, time), h("small", {}, session.ended ? "ended" : "case clock")),
      h("button", { id: "sound", class: device.armed ? "armed" : "", "aria-pressed": device.armed, onclick: this.toggleSound },
        icon(device.armed ? "sound" : "mute"), h("span", {}, device.armed ? "Sound on" : "Sound off", h("small", {}, device.armed ? "tap to mute" : "tap to arm"))),
      !device.awake && h("p", { id: "sleep" }, device.why),
      session.fault !== null && h("p", { id: "fault" }, `The analysis has stopped: ${session.fault}`),
      session.ended && session.fault === null && h("p", { id: "ended" }, session.recording ? "The recording has ended. This is its final state." : "The source has ended. This is the final state."),
    ];
  }
}

function buildReadings({ shots, beamS, increments, ml, ml_source, leaks, technical }) {
  const tile = (id, value, unit, name, note) => h("div", { class: "tile", id },
    h("span", { class: "value" }, value, unit && h("small", {}, ` ${unit}`)), h("span", { class: "name" }, name), note && h("span", { class: "note" }, note));
  const live = leaks.filter((leak) => leak.phase !== "gone");
  return [
    h("div", { class: "tiles" },
      tile("shots", shots, "", "Shots", "counted from video"),
      tile("beam-time", beamS, "s", "Beam time", "not a dose"),
      tile("volume", ml.toFixed(1), "ml", "Cement", ml_source ?? "none yet"),
      tile("increments", increments, "", "Increments", "seen in the image")),
    live.length > 0 && h("div", { id: "leaks" }, h("h3", {}, "Cement outside"), h("ul", {}, ...live.map(leakLine))),
    technical.length > 0 && h("div", { id: "technical" }, h("h3", {}, "What the monitor can't do now"), h("ul", {}, ...technical.map(technicalLine))),
  ];
}

function leakLine(leak) {
  const size = `${leak.area_mm2.toFixed(1)} mm², ${leak.reach_mm.toFixed(1)} mm out`;
  return h("li", {}, h("strong", {}, ZONES[leak.zone]), ` ${leak.venous ? "along a vein, " : ""}${size} (${VIEWS[leak.view]})`);
}

function technicalLine({ text, action }) {
  return h("li", {}, h("strong", {}, text), h("span", {}, action));
}

function buildHistory(events) {
  const lines = [...events].reverse().map((event) => h("li", {}, h("time", {}, clock(event.t)), h("span", {}, happened(event))));
  const open = /** @type {HTMLDetailsElement|null} */ (document.querySelector("#history details"))?.open;
  return [h("details", { open: Boolean(open) }, h("summary", {}, "History"), h("ol", {}, ...lines))];
}
