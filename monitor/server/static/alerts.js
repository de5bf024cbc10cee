// The alert panel: the gravest unacknowledged alert large, the others below it, a plain line where there is none.

import { byId, clock, h, icon, view } from "./dom.js";
import { PRIORITIES, VIEWS } from "./words.js";

const CONFIRM_MS = 3000;

export class Alerts {
  /** @param {(alert: string) => boolean} acknowledge whether it went out @param {() => number} now time on the case's clock */
  constructor(acknowledge, now) {
    this.acknowledge = acknowledge;
    this.now = now;
    this.sent = new Set();
    this.first = view(byId("alerts"), (data) => this.buildFirst(data));
    this.others = view(byId("others"), (data) => this.buildOthers(data));
  }

  /** @param {any} page @param {boolean} connected */
  show(page, connected) {
    const { alerts, technical, shots, view: seen, outlines, leaks, session } = page;
    const live = leaks.filter((leak) => leak.phase !== "gone").length;
    const calm = { technical: technical.length, shots, seen, outlined: seen in outlines, live, ended: session.ended };
    const sent = [...this.sent];
    const able = connected && !session.ended;
    this.first(alerts.length > 0 ? { alert: alerts[0], sent, able } : { calm });
    this.others({ alerts: alerts.slice(1), sent, able });
    this.tick();
  }

  /** Count the pauses down. */
  tick() {
    for (const element of document.querySelectorAll("[data-until]")) {
      const left = Number(element.getAttribute("data-until")) - this.now();
      element.textContent = left > 0 ? `Wait ${Math.ceil(left)} s` : "Pause over: look before you go on";
    }
  }

  buildFirst({ alert, calm, able }) {
    return [alert ? this.card(alert, able, true) : h("p", { class: "calm" }, calmLine(calm))];
  }

  buildOthers({ alerts, able }) {
    return alerts.map((alert) => this.card(alert, able, false));
  }

  card(alert, able, large) {
    const { priority, acknowledged } = alert;
    const state = acknowledged ? "acknowledged" : "unacknowledged";
    return h("article", { class: `alert ${priority} ${state} ${large ? "large" : "small"}`, "data-alert": alert.alert, "data-code": alert.code },
      h("div", { class: "strip" }, h("span", { class: "sign" }, icon(priority))),
      h("div", { class: "body" },
        h("p", { class: "rank" }, `${PRIORITIES[priority]}${acknowledged ? ", acknowledged" : ""}, at ${clock(alert.since_s)}`),
        h("h2", {}, alert.text),
        h("p", { class: "action" }, alert.action),
        alert.pause_s > 0 && h("p", { class: "pause", "data-until": alert.since_s + alert.pause_s }, "")),
      !acknowledged && this.button(alert, able));
  }

  button(alert, able) {
    const waiting = this.sent.has(alert.alert);
    const words = alert.code.includes("numb") ? "Leg numbness asked" : "Acknowledge";
    return h("button", { class: "acknowledge", disabled: waiting || !able, onclick: () => this.press(alert.alert) }, waiting ? "Sent…" : words);
  }

  /** The alert stays as it is until the monitor confirms; unconfirmed, the button comes back. @param {string} id */
  press(id) {
    if (!this.acknowledge(id)) return;
    this.sent.add(id);
    setTimeout(() => this.sent.delete(id), CONFIRM_MS);
  }
}

/** Never a word of reassurance: only what was looked at, and that looking has limits. */
function calmLine({ technical, shots, seen, outlined, live, ended }) {
  const when = ended ? "The recording has ended. " : "";
  if (technical > 0) return `${when}Not judging everything now: see what the monitor can't do.`;
  if (shots === 0) return `${when}No X-ray shot seen yet.`;
  if (!outlined) return `${when}${VIEWS[seen]}: no outline of the target yet, so leaks can't be judged.`;
  if (live > 0) return `${when}No new alert. Cement outside the vertebra was seen: see the list.`;
  return `${when}No leak seen in this view. Leaks can be invisible.`;
}
