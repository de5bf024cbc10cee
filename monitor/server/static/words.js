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

/** One line of the history. @param {any} event */
export function happened(event) {
  switch (event.type) {
    case "shot_started": return `Shot ${event.shot} (${VIEWS[event.view]})`;
    case "shot_ended": return `Shot ${event.shot} ended after ${event.beam_s.toFixed(1)} s`;
    case "outline": return `Outline, ${VIEWS[event.view]} (${event.source})`;
    case "increment": return `Increment ${event.number}: ${event.ml.toFixed(1)} ml in all (${event.ml_source})`;
    case "leak": return `Cement ${ZONES[event.zone]}${event.venous ? ", along a vein" : ""}: ${event.phase}`;
    case "alert": return `${event.text} [${event.state}]`;
    case "technical": return `${event.text} [${event.state}]`;
    default: return event.type;
  }
}
