// What people say to the monitor: the volume given, the view; where corners begin to move.

import { byId, h } from "./dom.js";

const HINT = "To set the target or name a level, tap the vertebra in the image.";

export class Controls {
  /** @param {(message: any) => boolean} send @param {() => void} moveCorners */
  constructor(send, moveCorners) {
    this.send = send;
    this.corners = h("button", { id: "move-corners", onclick: moveCorners }, "Corners");
    this.told = h("p", { id: "told", role: "status" }, HINT);
    this.other = /** @type {HTMLInputElement} */ (h("input", { id: "other-ml", type: "number", inputmode: "decimal", min: "0.1", max: "20", step: "0.1", placeholder: "other", "aria-label": "other volume in ml" }));
    this.group = h("fieldset", {},
      h("div", { class: "row" }, h("span", { class: "label" }, "Note volume"),
        this.volume(0.5), this.volume(1), this.other,
        h("button", { id: "note-other", onclick: () => this.note(this.other.valueAsNumber) }, "Note")),
      h("div", { class: "row" }, h("span", { class: "label" }, "Correct"), this.view("ap", "AP"), this.view("lateral", "Lateral"),
        this.corners));
    byId("controls").append(this.group, this.told);
  }

  /** @param {boolean} able @param {boolean} outlined whether the picture shows an outline */
  enable(able, outlined) {
    /** @type {HTMLFieldSetElement} */ (this.group).disabled = !able;
    /** @type {HTMLButtonElement} */ (this.corners).disabled = !outlined;
  }

  volume(ml) {
    return h("button", { "data-ml": ml, onclick: () => this.note(ml) }, `${ml.toFixed(1)} ml`);
  }

  view(view, name) {
    return h("button", { "data-view": view, onclick: () => this.tell({ type: "say_view", view }, `Said: ${name} view`) }, name);
  }

  note(ml) {
    if (!(ml > 0 && ml <= 20)) return this.say("Enter a volume between 0.1 and 20 ml.");
    this.other.value = "";
    this.tell({ type: "note_volume", ml }, `Noted: ${ml} ml`);
  }

  tell(message, words) {
    this.say(this.send(message) ? words : "Not sent: no connection.");
  }

  say(words) {
    this.told.textContent = words;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { this.told.textContent = HINT; }, 5000);
  }
}
