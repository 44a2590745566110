/** Measures how loud a track is, 0 to 1, for a meter. */
export class LevelMeter {
  readonly #context: AudioContext;
  readonly #analyser: AnalyserNode;
  readonly #samples: Float32Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(this.#analyser);
  }

  /** The level now: the root mean square on a decibel scale from -60 to 0. */
  read(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return levelOf(this.#samples);
  }

  close(): void {
    void this.#context.close();
  }
}

export function levelOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const power = sum / Math.max(1, samples.length);
  if (power === 0) return 0;
  const decibels = 10 * Math.log10(power);
  return Math.min(1, Math.max(0, (decibels + 60) / 60));
}
