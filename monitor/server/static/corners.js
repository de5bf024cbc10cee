// Corners of the outline that a finger can move: a handle each, large enough for one.

import { h } from "./dom.js";

const CONFIRM_MS = 2000;

/** @typedef {[number, number]} Point in frame pixels */

export class Corners {
  /**
   * @param {HTMLElement} stage
   * @param {(event: MouseEvent) => Point} place where a finger is
   * @param {(name: string, point: Point) => void} onMove a corner was let go
   * @param {() => void} redraw
   */
  constructor(stage, place, onMove, redraw) {
    Object.assign(this, { stage, place, onMove, redraw });
    this.open = false;
    /** @type {Map<string, HTMLElement>} */ this.handles = new Map();
    /** @type {{name: string, point: Point, before: string, held: boolean}|null} */ this.moved = null;
    /** @type {Record<string, Point>} */ this.shown = {};
  }

  toggle() {
    this.open = !this.open;
    this.moved = null;
    this.redraw();
  }

  /** Put the handles where the corners are. @param {any} outline @param {(p: Point) => number[]} at as parts of the stage */
  show(outline, at) {
    this.shown = this.open && outline !== null ? { ...outline.corners } : {};
    const { moved } = this;
    if (moved !== null && !moved.held && String(this.shown[moved.name]) !== moved.before) this.moved = null;
    if (this.moved !== null && this.moved.name in this.shown) this.shown[this.moved.name] = this.moved.point;
    for (const [name, handle] of this.handles) if (!(name in this.shown)) { handle.remove(); this.handles.delete(name); }
    for (const [name, point] of Object.entries(this.shown)) {
      const [x, y] = at(point);
      const handle = this.handle(name);
      handle.style.left = `${100 * x}%`;
      handle.style.top = `${100 * y}%`;
    }
  }

  /** The sides as they will be, while a corner is on its way. */
  draw(pen, at, thin) {
    if (this.moved === null || Object.keys(this.shown).length === 0) return;
    const [one, other] = "superior_anterior" in this.shown ? ["anterior", "posterior"] : ["left", "right"];
    pen.beginPath();
    for (const name of [`superior_${one}`, `superior_${other}`, `inferior_${other}`, `inferior_${one}`]) pen.lineTo(...at(this.shown[name]));
    pen.closePath();
    pen.setLineDash([thin * 2, thin * 3]);
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = thin;
    pen.stroke();
    pen.setLineDash([]);
  }

  /** @param {string} name */
  handle(name) {
    let handle = this.handles.get(name);
    if (handle === undefined) {
      handle = h("button", { class: "corner", "data-corner": name, "aria-label": `corner ${name.replace("_", " ")}` });
      handle.addEventListener("pointerdown", (event) => this.take(name, event));
      handle.addEventListener("pointermove", (event) => this.drag(event));
      handle.addEventListener("pointerup", (event) => this.drop(event));
      handle.addEventListener("pointercancel", () => { this.moved = null; this.redraw(); });
      this.handles.set(name, handle);
      this.stage.append(handle);
    }
    return handle;
  }

  take(name, event) {
    event.target.setPointerCapture(event.pointerId);
    this.moved = { name, point: this.shown[name], before: String(this.shown[name]), held: true };
  }

  drag(event) {
    if (!this.moved?.held) return;
    this.moved.point = this.place(event);
    this.redraw();
  }

  /** The corner stays where it was let go until the monitor's own word comes, or doesn't come. */
  drop(event) {
    const { moved } = this;
    if (!moved?.held) return;
    this.moved = { ...moved, point: this.place(event), held: false };
    this.onMove(moved.name, this.moved.point);
    const sent = this.moved;
    setTimeout(() => { if (this.moved === sent) { this.moved = null; this.redraw(); } }, CONFIRM_MS);
  }
}
