// The page's fixed words. Alerts bring their own.

export const VIEWS = { ap: "AP", lateral: "Lateral", unknown: "View unknown" };

export const ZONES = {
  posterior: "behind the posterior wall",
  foramen: "at the foramen",
  disc_superior: "upper disc",
  disc_inferior: "lower disc",
  anterior: "in front of the body",
  left: "left side of the image",
  right: "right side of the image",
  needle_track: "along the cannula",
};

export const LEVELS = ["T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5"];

/** The level so many vertebrae below another; null beyond T4 to L5, or where either isn't known. @param {string|null} level @param {number|null} steps */
export function levelBelow(level, steps) {
  return level === null || steps === null ? null : LEVELS[LEVELS.indexOf(level) + steps] ?? null;
}

/** A proposal's confidence in words. @param {number} confidence 0 to 1 */
export function sureness(confidence) {
  return confidence >= 0.9 ? "sure" : confidence >= 0.8 ? "fairly sure" : "not quite sure";
}

const SOURCES = { auto: "proposed", tap: "from a tap", user: "confirmed" };

export const PRIORITIES = { high: "High priority", medium: "Medium priority", low: "Low priority" };

/** One line of the history. @param {any} event */
export function happened(event) {
  switch (event.type) {
    case "shot_started": return `Shot ${event.shot} (${VIEWS[event.view]})`;
    case "shot_ended": return `Shot ${event.shot} ended after ${event.beam_s.toFixed(1)} s`;
    case "outline": return `Outline, ${[VIEWS[event.view], event.level].filter(Boolean).join(", ")} (${SOURCES[event.source]})`;
    case "increment": return `Increment ${event.number}: ${event.ml.toFixed(1)} ml in all (${event.ml_source})`;
    case "noted": return `Noted ${event.given_ml.toFixed(1)} ml: ${event.ml.toFixed(1)} ml in all`;
    case "leak": return `Cement ${ZONES[event.zone]}${event.venous ? ", along a vein" : ""}: ${event.phase}`;
    case "alert": return `${event.text} [${event.state}]`;
    case "technical": return `${event.text} [${event.state}]`;
    default: return event.type;
  }
}
