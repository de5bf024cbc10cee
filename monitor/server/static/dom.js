// Small helpers to build the page. Text always goes in as text, never as markup.

/**
 * Make an element.
 * @param {string} tag
 * @param {Record<string, any>} [props] class, on<event>, or attributes; false and null leave an attribute out
 * @param {...(Node|string|number|null|undefined|false)} children
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((c) => c !== null && c !== undefined && c !== false).map((c) => (c instanceof Node ? c : String(c))));
  return element;
}

/** The element with this id. @param {string} id @returns {HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * A renderer that rebuilds only when what it shows has changed: a button under a finger stays the same button.
 * @template T
 * @param {HTMLElement} root
 * @param {(data: T) => (Node|null|false)[]} build
 * @returns {(data: T) => boolean} whether it was rebuilt
 */
export function view(root, build) {
  let shown = "";
  return (data) => {
    const key = JSON.stringify(data);
    if (key === shown) return false;
    shown = key;
    root.replaceChildren(...build(data).filter((node) => node instanceof Node));
    return true;
  };
}

/** Minutes and seconds. @param {number} seconds */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

/** A simple drawing, so that nothing depends on colour alone. @param {keyof SHAPES} name */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of SHAPES[name]) {
    const shape = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) shape.setAttribute(key, value);
    svg.append(shape);
  }
  return svg;
}

const line = { fill: "none", stroke: "currentColor", "stroke-width": "2.4", "stroke-linecap": "round", "stroke-linejoin": "round" };
/** @type {Record<string, [string, Record<string, string>][]>} */
const SHAPES = {
  high: [
    ["path", { ...line, d: "M8 2h8l6 6v8l-6 6H8l-6-6V8z" }],
    ["path", { ...line, d: "M12 7v6M12 17v.01" }],
  ],
  medium: [
    ["path", { ...line, d: "M12 3l10 18H2z" }],
    ["path", { ...line, d: "M12 10v5M12 18v.01" }],
  ],
  low: [
    ["circle", { ...line, cx: "12", cy: "12", r: "9.5" }],
    ["path", { ...line, d: "M12 11v6M12 7v.01" }],
  ],
  on: [["circle", { fill: "currentColor", cx: "12", cy: "12", r: "8" }]],
  hold: [["path", { fill: "currentColor", d: "M6 4h4v16H6zM14 4h4v16h-4z" }]],
  no_signal: [["path", { ...line, d: "M4 4l16 16M20 4L4 20" }]],
  sound: [
    ["path", { fill: "currentColor", d: "M3 9h4l6-5v16l-6-5H3z" }],
    ["path", { ...line, d: "M16.5 8.5a5 5 0 010 7M19 5.5a9 9 0 010 13" }],
  ],
  mute: [
    ["path", { fill: "currentColor", d: "M3 9h4l6-5v16l-6-5H3z" }],
    ["path", { ...line, d: "M16 9l6 6M22 9l-6 6" }],
  ],
};
