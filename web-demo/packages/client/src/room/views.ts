import type { SlotView, Source } from '../generated/protocol.ts';
import type { Slots } from './seats.ts';

const TALLEST = 65_535;

/**
 * How slots are to be shown. People are asked for, slots are told: when a
 * person moves to another slot, what was asked moves with them.
 */
export class Views {
  readonly #wanted = new Map<string, number>();
  readonly #told = new Map<string, number>();

  /** Shows a person's source so many physical pixels high; 0 while hidden. */
  want(participant: string, source: Source, height: number): void {
    this.#wanted.set(key(participant, source), Math.min(Math.round(height), TALLEST));
  }

  /** What the server has not been told yet; it counts as told from now on. */
  take(slots: Slots): SlotView[] {
    const views: SlotView[] = [];
    for (const { mid, participant, source } of slots.values()) {
      if (!participant || !source) continue;
      const height = this.#wanted.get(key(participant, source));
      if (height === undefined || height === this.#told.get(mid)) continue;
      this.#told.set(mid, height);
      views.push({ mid, height, paused: height === 0 });
    }
    return views;
  }

  /** A new connection has been told nothing. */
  forget(): void {
    this.#told.clear();
  }
}

function key(participant: string, source: Source): string {
  return `${participant} ${source}`;
}
