// Wires the page together: what comes in over the link goes to the views, what people do goes back.

import { Alerts } from "./alerts.js";
import { Awake } from "./awake.js";
import { Controls } from "./controls.js";
import { byId, h } from "./dom.js";
import { Link } from "./link.js";
import { Proposal } from "./proposal.js";
import { Readings } from "./readings.js";
import { Screen } from "./screen.js";
import { Sound } from "./sound.js";

const TICK_MS = 200;

const sound = new Sound(() => render());
const awake = new Awake(() => render());
const screen = new Screen((message, words) => controls.tell(message, words));
const controls = new Controls((message) => link.send(message), () => screen.corners.toggle());
const proposal = new Proposal((view) => controls.tell({ type: "accept_outline", view }, "Outline accepted"), () => screen.corners.toggle());
const alerts = new Alerts((alert) => link.send({ type: "acknowledge", alert }), () => link.now());
const readings = new Readings(() => sound.toggle());
const link = new Link(
  () => render(),
  (head, jpeg) => screen.show(head, jpeg),
  () => ({ sound: sound.armed, awake: awake.held }),
);

byId("legend").append(
  h("span", { class: "outline" }, "outline"), h("span", { class: "cement" }, "cement"),
  h("span", { class: "outside" }, "cement outside"), h("span", { class: "cannula" }, "cannula"));

function render() {
  const old = link.old();
  byId("stale").hidden = old === null;
  byId("stale").textContent = old ?? "";
  document.body.classList.toggle("old", old !== null);
  if (link.page === null) return;
  const page = { ...link.page, view: screen.head?.view ?? link.page.view };
  const able = old === null && !page.session.ended;
  screen.enabled = able;
  screen.level = page.level;
  controls.enable(able, screen.outline !== null);
  proposal.show(screen.offer());
  alerts.show(page, old === null);
  readings.show(page, link.now(), { armed: sound.armed, awake: awake.held, why: awake.why });
  sound.tick(loudest(old !== null));
}

/** The gravest thing nobody has answered; a dead connection counts as medium. @param {boolean} old */
function loudest(old) {
  const open = link.page.alerts.filter((alert) => !alert.acknowledged).map((alert) => alert.priority);
  if (old) open.push("medium");
  return ["high", "medium", "low"].find((priority) => open.includes(priority)) ?? null;
}

awake.start();
setInterval(() => { link.wake(); render(); }, TICK_MS);
