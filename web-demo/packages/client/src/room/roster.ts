import type { RosterEntry, ServerMessage, Slot } from '../generated/protocol.ts';
import { applySlots, type Slots } from './seats.ts';

/** Who is in the room and what our sections carry, by the server's word. */
export interface Roster {
  me: string | null;
  entries: ReadonlyMap<string, RosterEntry>;
  slots: Slots;
  speaking: readonly string[];
}

export const EMPTY_ROSTER: Roster = {
  me: null,
  entries: new Map(),
  slots: new Map(),
  speaking: [],
};

/** The roster after a message. Messages that do not concern it change nothing. */
export function nextRoster(roster: Roster, message: ServerMessage): Roster {
  switch (message.type) {
    case 'joined':
      return {
        me: message.participant,
        entries: new Map(message.roster.map((entry) => [entry.participant, entry])),
        slots: byMid(message.slots),
        speaking: [],
      };
    case 'answer':
      return { ...roster, slots: byMid(message.slots) };
    case 'participant':
      return withEntry(roster, message.participant, message.present);
    case 'slots':
      return { ...roster, slots: applySlots(roster.slots, message.slots) };
    case 'speaking':
      return { ...roster, speaking: message.participants };
    default:
      return roster;
  }
}

function byMid(slots: readonly Slot[]): Slots {
  return new Map(slots.map((slot) => [slot.mid, slot]));
}

function withEntry(roster: Roster, entry: RosterEntry, present: boolean): Roster {
  const entries = new Map(roster.entries);
  if (present) entries.set(entry.participant, entry);
  else entries.delete(entry.participant);
  return { ...roster, entries };
}
