// What is drawn over the image: outline, neighbours, cement, cannula. Points come in frame pixels; `at` turns them.

import { levelBelow, sureness } from "./words.js";

const OUTLINE = "#7bd88f";
const CEMENT = "#b9a5ff";
const CANNULA = "#d7dee6";
const ALARM = { high: "#ff3b30", medium: "#ffd60a" };
const GRAVE_ZONES = new Set(["posterior", "foramen"]);

/** @param {CanvasRenderingContext2D} pen @param {any} overlay @param {string|null} level of the target @param {(p: [number, number]) => [number, number]} at @param {number} thin */
export function drawOverlay(pen, overlay, level, at, thin) {
  pen.lineJoin = "round";
  for (const { steps, polygon } of overlay.neighbours) drawNeighbour(pen, polygon.map(at), levelBelow(level, steps), thin);
  for (const polygon of overlay.cement) {
    trace(pen, polygon.map(at));
    pen.fillStyle = CEMENT + "47";
    pen.fill();
    stroke(pen, CEMENT, thin);
  }
  if (overlay.outline) drawOutline(pen, overlay, level, at, thin);
  for (const pedicle of overlay.pedicles) {
    pen.beginPath();
    pen.arc(...at(pedicle), thin * 4, 0, 2 * Math.PI);
    stroke(pen, OUTLINE, thin * 0.8);
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

/** Dashed where the monitor proposed it and nobody said yes, dotted where this picture could not be judged. */
function drawOutline(pen, { outline, refusal }, level, at, thin) {
  const points = outline.polygon.map(at), proposed = outline.source === "auto";
  trace(pen, points);
  if (refusal !== null) pen.setLineDash([thin * 2, thin * 4]);
  else if (proposed) pen.setLineDash([thin * 9, thin * 6]);
  stroke(pen, OUTLINE, thin * 1.2);
  pen.setLineDash([]);
  const { x, y, width } = bounds(points);
  const words = [level, proposed && `proposed, ${sureness(outline.confidence)}`].filter(Boolean).join(": ");
  label(pen, words, [x + width / 2, y - thin * 5], thin);
}

/** Faint: it isn't what is judged. */
function drawNeighbour(pen, points, level, thin) {
  trace(pen, points);
  pen.strokeStyle = OUTLINE + "80";
  pen.lineWidth = thin * 0.8;
  pen.stroke();
  const { x, y, width, height } = bounds(points);
  if (level !== null) label(pen, level, [x + width / 2, y + height / 2], thin);
}

/** @param {CanvasRenderingContext2D} pen @param {string} words @param {[number, number]} place its middle */
function label(pen, words, [x, y], thin) {
  pen.font = `600 ${thin * 9}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.strokeStyle = "rgb(0 0 0 / 75%)";
  pen.lineWidth = thin * 2.5;
  pen.strokeText(words, x, y);
  pen.fillStyle = "#f2f5f7";
  pen.fillText(words, x, y);
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
export function drawTarget(pen, [x, y], size, thin) {
  pen.beginPath();
  pen.arc(x, y, size * 0.7, 0, 2 * Math.PI);
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(x + dx * size * 0.35, y + dy * size * 0.35);
    pen.lineTo(x + dx * size * 1.2, y + dy * size * 1.2);
  }
  stroke(pen, "#ffffff", thin * 1.4);
}
