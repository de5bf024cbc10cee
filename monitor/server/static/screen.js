// The image, what is drawn over it, and what people point at. This file alone turns frame pixels into screen pixels.

import { Corners } from "./corners.js";
import { byId, h } from "./dom.js";
import { drawOverlay, drawTarget } from "./overlay.js";
import { LEVELS, levelBelow, sureness } from "./words.js";

/** @typedef {[number, number]} Point in frame pixels */

export class Screen {
  /** @param {(message: any, words: string) => void} tell what a person said, for the monitor and in words */
  constructor(tell) {
    this.image = /** @type {HTMLCanvasElement} */ (byId("image"));
    this.drawing = /** @type {HTMLCanvasElement} */ (byId("drawing"));
    this.stage = byId("stage");
    this.aim = byId("aim");
    this.tell = tell;
    /** @type {any} */ this.head = null;
    /** @type {Point|null} */ this.target = null;
    /** @type {string|null} */ this.level = null;
    this.enabled = true;
    this.corners = new Corners(this.stage, (event) => this.place(event), (name, point) => {
      tell({ type: "move_corner", name, point }, "Corner moved");
    }, () => this.draw());
    this.drawing.addEventListener("click", (event) => this.point(event));
    new ResizeObserver(() => this.draw()).observe(this.stage);
  }

  /** What can be drawn over the picture shown, or null. */
  get outline() {
    return this.head?.overlay?.outline ?? null;
  }

  /** Show a picture and its overlay together. @param {any} head @param {Blob} jpeg */
  async show(head, jpeg) {
    const bitmap = await createImageBitmap(jpeg);
    if (this.image.width !== bitmap.width || this.image.height !== bitmap.height) {
      this.image.width = bitmap.width;
      this.image.height = bitmap.height;
    }
    this.image.getContext("2d")?.drawImage(bitmap, 0, 0);
    bitmap.close();
    const [left, top, right, bottom] = head.box;
    this.stage.style.setProperty("--ratio", String((right - left) / (bottom - top)));
    this.head = head;
    this.draw();
  }

  draw() {
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.stage.getBoundingClientRect();
    this.drawing.width = Math.round(width * ratio);
    this.drawing.height = Math.round(height * ratio);
    const pen = this.drawing.getContext("2d");
    if (pen === null || this.head === null) return;
    const [left, top, right] = this.head.box;
    const scale = this.drawing.width / (right - left);
    /** @param {Point} p @returns {Point} */
    const at = ([x, y]) => [(x - left + 0.5) * scale, (y - top + 0.5) * scale];
    const thin = Math.max(1.5, 1.6 * ratio);
    if (this.head.overlay !== null) drawOverlay(pen, this.head.overlay, this.level, at, thin);
    this.corners.show(this.enabled ? this.outline : null, (point) => [at(point)[0] / this.drawing.width, at(point)[1] / this.drawing.height]);
    this.corners.draw(pen, at, thin);
    if (this.target !== null) drawTarget(pen, at(this.target), 22 * ratio, thin);
  }

  /** Where a finger is, in frame pixels, to a tenth. @param {MouseEvent} event @returns {Point} */
  place(event) {
    const seen = this.drawing.getBoundingClientRect();
    const [left, top, right, bottom] = this.head.box;
    const x = left + ((event.clientX - seen.left) / seen.width) * (right - left) - 0.5;
    const y = top + ((event.clientY - seen.top) / seen.height) * (bottom - top) - 0.5;
    return [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
  }

  /** @param {MouseEvent} event */
  point(event) {
    if (this.head !== null && this.enabled && !this.corners.open) this.ask(this.place(event));
  }

  /** A stray touch must not move the target: ask first. @param {Point|null} point */
  ask(point) {
    this.target = point;
    this.aim.hidden = point === null;
    const say = (message, words) => { this.tell({ ...message, point }, words); this.ask(null); };
    this.aim.replaceChildren(
      h("span", {}, "Is this the target vertebra?"),
      h("button", { id: "aim-set", class: "strong", onclick: () => say({ type: "tap" }, "Target set") }, "Set target"),
      h("button", { id: "aim-cancel", onclick: () => this.ask(null) }, "Cancel"),
      point !== null && this.naming(point, (level) => say({ type: "name_level", level }, `Named: ${level}`)) || "",
    );
    if (point !== null) this.aim.scrollIntoView({ block: "nearest" });
    this.draw();
  }

  /** Name the vertebra at a point, where its place in the row is known. @param {Point} point @param {(level: string) => void} onName */
  naming(point, onName) {
    const steps = this.stepsTo(point);
    if (steps === null) return null;
    const choices = LEVELS.filter((level) => levelBelow(level, -steps) !== null);
    const now = levelBelow(this.level, steps);
    const select = /** @type {HTMLSelectElement} */ (h("select", { id: "aim-level", "aria-label": "level of this vertebra" },
      ...choices.map((level) => h("option", { value: level, selected: level === (now ?? "L1") }, level))));
    return h("span", { class: "naming" }, h("span", {}, "Its level"), select, h("button", { id: "aim-name", onclick: () => onName(select.value) }, "Name it"));
  }

  /** How many vertebrae below the target the one at a point is; null where that isn't known. @param {Point} point */
  stepsTo(point) {
    if (this.outline === null) return null;
    if (holds(this.outline.polygon, point)) return 0;
    return this.head.overlay.neighbours.find(({ polygon }) => holds(polygon, point))?.steps ?? null;
  }

  /** Offer what can be done about the outline shown: a proposal waits for a word. */
  offer() {
    const outline = this.aim.hidden && this.enabled ? this.outline : null;
    const { open } = this.corners;
    return {
      shown: outline !== null && (open || outline.source === "auto"),
      words: open ? "Drag the corners to where they belong." : outline && `Outline proposed, ${sureness(outline.confidence)}.`,
      open,
      view: this.head?.view,
    };
  }
}

/** Whether a polygon holds a point: an odd number of its sides lie to the right. @param {Point[]} polygon @param {Point} point */
function holds(polygon, [x, y]) {
  return polygon.reduce((inside, [x1, y1], i) => {
    const [x0, y0] = polygon[(i || polygon.length) - 1];
    return (y1 > y) !== (y0 > y) && x < x1 + ((y - y1) / (y0 - y1)) * (x0 - x1) ? !inside : inside;
  }, false);
}
