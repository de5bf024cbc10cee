// The image and what is drawn over it. Drawings are in frame pixels; this file alone turns them into screen pixels.

import { byId, h } from "./dom.js";

const OUTLINE = "#7bd88f";
const CEMENT = "#b9a5ff";
const CANNULA = "#d7dee6";
const ALARM = { high: "#ff3b30", medium: "#ffd60a" };
const GRAVE_ZONES = new Set(["posterior", "foramen"]);

export class Screen {
  /** @param {(point: [number, number]) => void} onTarget called with a point in frame pixels that a person confirmed */
  constructor(onTarget) {
    this.image = /** @type {HTMLCanvasElement} */ (byId("image"));
    this.drawing = /** @type {HTMLCanvasElement} */ (byId("drawing"));
    this.stage = byId("stage");
    this.aim = byId("aim");
    this.onTarget = onTarget;
    /** @type {any} */ this.head = null;
    /** @type {[number, number]|null} */ this.target = null;
    this.enabled = true;
    this.drawing.addEventListener("click", (event) => this.point(event));
    new ResizeObserver(() => this.draw()).observe(this.stage);
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
    /** @param {[number, number]} p @returns {[number, number]} */
    const at = ([x, y]) => [(x - left + 0.5) * scale, (y - top + 0.5) * scale];
    const thin = Math.max(1.5, 1.6 * ratio);
    if (this.head.overlay !== null) drawOverlay(pen, this.head.overlay, at, thin);
    if (this.target !== null) drawTarget(pen, at(this.target), 22 * ratio, thin);
  }

  /** @param {MouseEvent} event */
  point(event) {
    if (this.head === null || !this.enabled) return;
    const seen = this.drawing.getBoundingClientRect();
    const [left, top, right, bottom] = this.head.box;
    const x = left + ((event.clientX - seen.left) / seen.width) * (right - left) - 0.5;
    const y = top + ((event.clientY - seen.top) / seen.height) * (bottom - top) - 0.5;
    this.ask([Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
  }

  /** A stray touch must not move the target: ask first. @param {[number, number]|null} point */
  ask(point) {
    this.target = point;
    this.aim.hidden = point === null;
    this.aim.replaceChildren(
      h("span", {}, "Is this the target vertebra?"),
      h("button", { id: "aim-set", class: "strong", onclick: () => { if (point) this.onTarget(point); this.ask(null); } }, "Set target"),
      h("button", { id: "aim-cancel", onclick: () => this.ask(null) }, "Cancel"),
    );
    this.draw();
  }
}

/** @param {CanvasRenderingContext2D} pen @param {any} overlay @param {(p: [number, number]) => [number, number]} at @param {number} thin */
function drawOverlay(pen, overlay, at, thin) {
  pen.lineJoin = "round";
  for (const polygon of overlay.cement) {
    trace(pen, polygon.map(at));
    pen.fillStyle = CEMENT + "47";
    pen.fill();
    stroke(pen, CEMENT, thin);
  }
  if (overlay.outline) {
    trace(pen, overlay.outline.map(at));
    if (overlay.refusal !== null) pen.setLineDash([thin * 2, thin * 4]);
    stroke(pen, OUTLINE, thin * 1.2);
    pen.setLineDash([]);
  }
  if (overlay.cannula) {
    pen.beginPath();
    pen.moveTo(...at(overlay.cannula[0]));
    pen.lineTo(...at(overlay.cannula[1]));
    pen.setLineDash([thin * 6, thin * 5]);
    stroke(pen, CANNULA, thin);
    pen.setLineDash([]);
  }
  for (const { zone, polygon } of overlay.outside) {
    const colour = GRAVE_ZONES.has(zone) ? ALARM.high : ALARM.medium;
    hatch(pen, polygon.map(at), colour, thin);
    ring(pen, polygon.map(at), colour, thin);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {[number, number][]} points */
function trace(pen, points) {
  pen.beginPath();
  for (const point of points) pen.lineTo(...point);
  pen.closePath();
}

/** A dark edge under the line keeps it visible on bright and dark alike. */
function stroke(pen, colour, width) {
  pen.strokeStyle = "rgb(0 0 0 / 60%)";
  pen.lineWidth = width * 2;
  pen.stroke();
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

/** Cement outside: striped and thickly edged, so that it differs from cement inside by more than colour. */
function hatch(pen, points, colour, thin) {
  pen.save();
  trace(pen, points);
  pen.clip();
  const { x, y, width, height } = bounds(points);
  pen.fillStyle = colour + "40";
  pen.fill();
  pen.beginPath();
  for (let across = x - height; across < x + width; across += thin * 5) {
    pen.moveTo(across, y + height);
    pen.lineTo(across + height, y);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = thin * 1.4;
  pen.stroke();
  pen.restore();
  trace(pen, points);
  stroke(pen, colour, thin * 2);
}

/** A leak is small: a ring around it is seen from further away, and hides nothing. */
function ring(pen, points, colour, thin) {
  const { x, y, width, height } = bounds(points);
  pen.beginPath();
  pen.arc(x + width / 2, y + height / 2, Math.hypot(width, height) / 2 + thin * 10, 0, 2 * Math.PI);
  stroke(pen, colour, thin);
}

/** @param {[number, number][]} points */
function bounds(points) {
  const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** @param {CanvasRenderingContext2D} pen @param {[number, number]} p @param {number} size @param {number} thin */
function drawTarget(pen, [x, y], size, thin) {
  pen.beginPath();
  pen.arc(x, y, size * 0.7, 0, 2 * Math.PI);
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(x + dx * size * 0.35, y + dy * size * 0.35);
    pen.lineTo(x + dx * size * 1.2, y + dy * size * 1.2);
  }
  stroke(pen, "#ffffff", thin * 1.4);
}
