import type { MediaKind, Slot, Source } from '../generated/protocol.ts';

/** A receive section of our offer, in the order of the offer. */
export interface ReceiveSection {
  mid: string;
  kind: MediaKind;
}

/** The nth audio and the nth video section: they always carry one person. */
export interface Seat {
  audio: string;
  video: string;
}

/** Pairs receive sections into seats. */
export function seatsOf(sections: readonly ReceiveSection[]): Seat[] {
  const audio = sections.filter((section) => section.kind === 'audio');
  const video = sections.filter((section) => section.kind === 'video');
  return audio.flatMap(({ mid }, index) => {
    const pair = video[index];
    return pair ? [{ audio: mid, video: pair.mid }] : [];
  });
}

/** What each receive section carries, by its mid. Only the server changes it. */
export type Slots = ReadonlyMap<string, Slot>;

/**
 * Applies the slots of a message. A slot whose epoch is lower than the one we
 * hold is an older word and is passed over.
 */
export function applySlots(slots: Slots, changed: readonly Slot[]): Slots {
  const next = new Map(slots);
  for (const slot of changed) {
    const held = next.get(slot.mid);
    if (!held || slot.epoch >= held.epoch) next.set(slot.mid, slot);
  }
  return next;
}

/** The section that carries a participant's source now. */
export function sectionOf(slots: Slots, participant: string, source: Source): string | null {
  for (const slot of slots.values()) {
    if (slot.participant === participant && slot.source === source) return slot.mid;
  }
  return null;
}
