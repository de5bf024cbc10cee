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

export const PRIORITIES = { high: "High priority", medium: "Medium priority", low: "Low priority" };

/** What the monitor can't see, and what to do about it. */
const CONDITIONS = {
  no_signal: ["any picture from the C-arm", "Check the video cable and the C-arm's output."],
  frozen: ["anything new: the video stands still", "Check the C-arm and the capture device."],
  view_unknown: ["which view this is", "Say AP or Lateral below."],
  no_outline: ["where the vertebral body ends", "Tap the target vertebra in the image."],
  tracking_lost: ["whether the vertebra has moved", "Hold the C-arm still and take another shot, or tap the vertebra again."],
  degraded: ["the image well enough to judge it", "Check exposure and collimation; look for yourself."],
  corrupt: ["a stretch of the video: it could not be decoded", "Look for yourself."],
  truncated: ["the rest of the video: it ends early", "Look for yourself."],
  no_scale: ["true sizes: the scale isn't known", "Distances and volumes are not to be relied on."],
};

/** @param {string} code @returns {[string, string]} */
export function condition(code) {
  return CONDITIONS[code] ?? [code.replaceAll("_", " "), "Look for yourself."];
}

/** One line of the history. @param {any} event */
export function happened(event) {
  switch (event.type) {
    case "shot_started": return `Shot ${event.shot} (${VIEWS[event.view]})`;
    case "shot_ended": return `Shot ${event.shot} ended after ${event.beam_s.toFixed(1)} s`;
    case "outline": return `Outline, ${VIEWS[event.view]} (${event.source})`;
    case "increment": return `Increment ${event.number}: ${event.ml.toFixed(1)} ml in all (${event.ml_source})`;
    case "leak": return `Cement ${ZONES[event.zone]}${event.venous ? ", along a vein" : ""}: ${event.phase}`;
    case "alert": return `${event.text} [${event.state}]`;
    case "technical": return `Can't see ${condition(event.code)[0]} [${event.state}]`;
    default: return event.type;
  }
}
