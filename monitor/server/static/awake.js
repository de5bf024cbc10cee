// Keeps the screen from sleeping where the browser allows it, and says so where it doesn't.

export class Awake {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    /** @type {any} */ this.lock = null;
    this.why = "";
  }

  /** Ask now, and again whenever the browser may have changed its mind. */
  start() {
    document.addEventListener("visibilitychange", () => this.request());
    document.addEventListener("click", () => this.request());
    this.request();
  }

  /** Whether the screen stays on. */
  get held() {
    return this.lock !== null && !this.lock.released;
  }

  async request() {
    if (this.held || document.hidden) return;
    if (!("wakeLock" in navigator)) {
      this.why = "This screen may sleep: set the device to stay on.";
    } else {
      try {
        this.lock = await navigator.wakeLock.request("screen");
        this.lock.addEventListener("release", this.onChange);
      } catch {
        this.why = "This screen may sleep: touch the page, or set the device to stay on.";
      }
    }
    this.onChange();
  }
}
