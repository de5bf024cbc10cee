// Alarm tones after IEC 60601-1-8: priority is told by rhythm. A browser lets a page sound only after a touch.

const PITCH_HZ = 440;
const HARMONICS = [0, 1, 0.8, 0.7, 0.6, 0.5]; // five within 6 dB of each other
const LEVEL = 0.5;

// Pulse onsets in pulse-plus-gap units, pulse and gap lengths, and the time from one burst to the next, s.
const FIVE = [0, 1, 2, 3.8, 4.8];
const PATTERNS = {
  high: { onsets: [...FIVE, ...FIVE.map((u) => u + 8)], pulse: 0.14, gap: 0.08, repeat: 5 },
  medium: { onsets: [0, 1, 2], pulse: 0.2, gap: 0.2, repeat: 10 },
  low: { onsets: [0, 1], pulse: 0.2, gap: 0.2, repeat: 30 },
};

export class Sound {
  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
    this.wanted = false;
    /** @type {AudioContext|null} */ this.context = null;
    /** @type {keyof PATTERNS|null} */ this.priority = null;
    this.next = 0;
  }

  /** Whether an alarm would be heard now. */
  get armed() {
    return this.wanted && this.context?.state === "running";
  }

  /** Arm, and prove it by sounding through the same path; or mute. */
  async toggle() {
    this.wanted = !this.armed;
    if (this.wanted) {
      this.context ??= new AudioContext();
      this.context.onstatechange = this.onChange;
      await this.context.resume();
      this.burst("low");
    }
    this.onChange();
  }

  /** Sound the gravest unanswered priority, again and again. @param {keyof PATTERNS|null} priority */
  tick(priority) {
    if (priority !== this.priority) this.next = 0;
    this.priority = priority;
    if (priority === null || !this.armed || performance.now() < this.next) return;
    this.next = performance.now() + PATTERNS[priority].repeat * 1000;
    this.burst(priority);
  }

  /** @param {keyof PATTERNS} priority */
  burst(priority) {
    const context = this.context;
    if (context === null) return;
    const { onsets, pulse, gap } = PATTERNS[priority];
    const wave = context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
    for (const onset of onsets) tone(context, wave, context.currentTime + 0.05 + onset * (pulse + gap), pulse);
  }
}

/** One pulse with soft edges. */
function tone(context, wave, start, length) {
  const source = context.createOscillator();
  const volume = context.createGain();
  source.setPeriodicWave(wave);
  source.frequency.value = PITCH_HZ;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(LEVEL, start + length * 0.15);
  volume.gain.setValueAtTime(LEVEL, start + length * 0.85);
  volume.gain.linearRampToValueAtTime(0, start + length);
  source.connect(volume).connect(context.destination);
  source.start(start);
  source.stop(start + length);
}
