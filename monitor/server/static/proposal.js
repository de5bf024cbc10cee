// What can be done about the outline shown: accept what the monitor proposed, move its corners, or tap another vertebra.

import { byId, h, view } from "./dom.js";

export class Proposal {
  /** @param {(view: string) => void} accept @param {() => void} moveCorners begins or ends it */
  constructor(accept, moveCorners) {
    const root = byId("proposal");
    this.build = view(root, ({ words, open, view: seen }) => open
      ? [h("span", {}, words), h("button", { id: "corners-done", class: "strong", onclick: moveCorners }, "Done")]
      : [h("span", {}, words, h("small", {}, "Or tap another vertebra.")),
        h("button", { id: "accept", class: "strong", onclick: () => accept(seen) }, "Accept"),
        h("button", { id: "adjust", onclick: moveCorners }, "Move corners")]);
    this.root = root;
  }

  /** @param {{shown: boolean, words: string|null, open: boolean, view: string}} offer */
  show(offer) {
    this.root.hidden = !offer.shown;
    if (offer.shown) this.build(offer);
  }
}
