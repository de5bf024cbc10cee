// The connection to the monitor: keeps the page's copy of the state, says when it is old, connects again by itself.

const FIRST_RETRY_S = 0.5;
const LAST_RETRY_S = 5;

/** Seconds that go on while the machine sleeps: the later of the two clocks counts. */
class Stopwatch {
  constructor() { this.reset(); }
  reset() { this.steady = performance.now(); this.wall = Date.now(); }
  seconds() { return Math.max(performance.now() - this.steady, Date.now() - this.wall) / 1000; }
}

export class Link {
  /**
   * @param {(page: any) => void} onPage called with the whole state after each change
   * @param {(head: any, jpeg: Blob) => Promise<void>} onPicture resolves when the picture is on the glass
   * @param {() => {sound: boolean, awake: boolean}} status what this page tells the monitor about itself
   */
  constructor(onPage, onPicture, status) {
    this.onPage = onPage;
    this.onPicture = onPicture;
    this.status = status;
    /** @type {any} */ this.page = null;
    this.number = -1;
    this.failures = 0;
    this.heard = new Stopwatch();
    this.tried = new Stopwatch();
    this.sourceAge = { seconds: 0, at: new Stopwatch() };
    this.time = { t_s: 0, at: new Stopwatch() };
    document.addEventListener("visibilitychange", () => this.wake());
    this.connect();
  }

  /** Tell the monitor something; false when there is no connection. @param {any} message */
  send(message) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  /** Time on the case's clock now: goes on between messages. */
  now() {
    const rate = this.page === null || this.old() ? 0 : this.page.session.rate;
    return this.time.t_s + rate * this.time.at.seconds();
  }

  /** Why what is shown is old, or null. @returns {string|null} */
  old() {
    if (this.page === null) return "Connecting to the monitor";
    const limit = this.page.stale_s;
    const silent = this.heard.seconds() > limit;
    if (silent || this.socket.readyState !== WebSocket.OPEN) return "STALE: connection lost, image is old";
    if (this.page.session.ended) return null;
    if (this.sourceAge.seconds + this.sourceAge.at.seconds() > limit) return "STALE: no new frames from the C-arm, image is old";
    return null;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/feed`);
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => { if (socket === this.socket) this.receive(data); };
    socket.onclose = () => { if (socket === this.socket) this.retry(); };
    this.socket = socket;
    this.tried.reset();
  }

  retry() {
    const wait = Math.min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** this.failures) * (0.75 + 0.5 * Math.random());
    this.failures += 1;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), wait * 1000);
  }

  /** Drop a connection that has gone silent; also called when a sleeping page is looked at again. */
  wake() {
    if (document.hidden || this.page === null) return;
    if (Math.min(this.heard.seconds(), this.tried.seconds()) > this.page.stale_s) this.reconnect();
  }

  reconnect() {
    const socket = this.socket;
    clearTimeout(this.timer);
    this.connect();
    socket.close();
  }

  /** @param {string|ArrayBuffer} data */
  receive(data) {
    this.heard.reset();
    this.failures = 0;
    if (typeof data === "string") this.take(JSON.parse(data));
    else this.show(data);
  }

  /** @param {any} message */
  take(message) {
    if (message.type === "snapshot" || message.type === "delta") this.change(message);
    else if (message.type === "beat") {
      this.sourceAge = { seconds: message.age_s, at: new Stopwatch() };
      this.time = { t_s: message.t_s + message.age_s * (this.page?.session.rate ?? 0), at: new Stopwatch() };
      this.send({ type: "pong", ...this.status() });
    } else if (message.type === "refused") console.warn(`refused: ${message.text}`);
  }

  /** @param {{type: string, number: number, page: any}} message */
  change({ type, number, page }) {
    if (type === "delta" && number !== this.number + 1) return this.reconnect();
    this.page = type === "snapshot" ? page : { ...this.page, ...page };
    this.number = number;
    this.onPage(this.page);
  }

  /** @param {ArrayBuffer} data */
  async show(data) {
    const length = new DataView(data).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
    this.sourceAge = { seconds: 0, at: new Stopwatch() };
    this.time = { t_s: head.t_s, at: new Stopwatch() };
    await this.onPicture(head, new Blob([new Uint8Array(data, 4 + length)], { type: "image/jpeg" }));
    this.send({ type: "shown", frame: head.frame });
  }
}
