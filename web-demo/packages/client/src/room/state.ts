import type { ChatMessage, Role, Source, SourceState } from '../generated/protocol.ts';
import type { EndReason } from '../signaling/machine.ts';
import type { Quality } from './quality.ts';

/** Somebody in the room. */
export interface RoomPerson {
  participant: string;
  user: string;
  name: string;
  role: Role;
  hand: boolean;
  speaking: boolean;
  /** What they send, and whether it is muted. */
  sources: readonly SourceState[];
  /** What of it is shown to us now. */
  media: Readonly<Partial<Record<Source, MediaStream>>>;
  quality: Quality;
}

/** How the room stands, immutable: a new object with every change. */
export interface RoomState {
  phase: 'connecting' | 'joined' | 'reconnecting' | 'ended';
  /** Set when the phase is `ended`. */
  reason: EndReason | null;
  me: RoomPerson | null;
  others: readonly RoomPerson[];
  chat: readonly ChatMessage[];
  /** What of ours is live. */
  sending: Readonly<Record<Source, boolean>>;
  /** When the lesson ends, RFC 3339. */
  endsAt: string | null;
  /** When the room closes; set shortly before. */
  closesAt: string | null;
  /** The last thing the server refused. */
  refused: { code: string; message: string } | null;
}

export const INITIAL_STATE: RoomState = {
  phase: 'connecting',
  reason: null,
  me: null,
  others: [],
  chat: [],
  sending: { microphone: false, camera: false, screen: false, screenAudio: false },
  endsAt: null,
  closesAt: null,
  refused: null,
};

/** Whether a person's source is there and live. */
export function isLive(person: RoomPerson, source: Source): boolean {
  return person.sources.some((each) => each.source === source && !each.muted);
}
