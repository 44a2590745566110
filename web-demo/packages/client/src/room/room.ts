import type { ChatMessage, RosterEntry, ServerMessage, Source } from '../generated/protocol.ts';
import { OfflineError, ProblemError } from '../rest/problem.ts';
import type { JoinGrant } from '../rest/types.ts';
import { SignalingConnection } from '../signaling/connection.ts';
import type { EndReason, SignalingStatus } from '../signaling/machine.ts';
import {
  DEFAULT_SEATS,
  MAX_CHAT_MESSAGES,
  MAX_SEATS,
  REJOIN_BACKOFF,
  STATS_INTERVAL,
  VIEW_QUIET,
} from './limits.ts';
import { PathWatch } from './path.ts';
import { type LocalTracks, Peer } from './peer.ts';
import { type Counters, inboundCounters, outboundSample, qualityOf, since } from './quality.ts';
import type { Quality } from './quality.ts';
import { EMPTY_ROSTER, nextRoster, type Roster } from './roster.ts';
import { sectionOf } from './seats.ts';
import { INITIAL_STATE, type RoomPerson, type RoomState } from './state.ts';
import { Views } from './views.ts';

export interface RoomOptions {
  /** Asks the server for entry: `() => lectern.join(id)`. Called again to rejoin. */
  join: () => Promise<JoinGrant>;
  /** How many people can be shown at once, 1 to 9. */
  seats?: number;
  /** What is sent from the start. */
  tracks?: LocalTracks;
}

const SOURCES: readonly Source[] = ['microphone', 'camera', 'screen', 'screenAudio'];
/** Ends after which joining anew may help. */
const REJOINABLE: ReadonlySet<EndReason> = new Set<EndReason>([
  'unreachable',
  'resume_failed',
  'media_lost',
  'shutdown',
  'token_revoked',
  'unavailable',
]);

/**
 * A lesson's room: who is there, what they send, what was said.
 *
 * It makes one peer connection with one offer; who is seen where changes by
 * the server's `slots` alone. A lost WebSocket is resumed, a dead path is
 * restarted, and what neither can mend is joined anew; `state.phase` tells.
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #listeners = new Set<() => void>();
  readonly #streams = new Map<MediaStreamTrack, MediaStream>();
  readonly #tracks: LocalTracks;
  readonly #views = new Views();
  readonly #quality = new Map<string, Quality>();
  #state: RoomState = INITIAL_STATE;
  #roster: Roster = EMPTY_ROSTER;
  #peer: Peer | null = null;
  #path: PathWatch | null = null;
  #signaling: SignalingConnection | null = null;
  #counters = new Map<string, Counters>();
  #attempt = 0;
  #failures = 0;
  #hand = false;
  #pathUp = true;
  #signalingUp = false;
  #rejoinTimer: ReturnType<typeof setTimeout> | undefined;
  #statsTimer: ReturnType<typeof setInterval> | undefined;
  #viewTimer: ReturnType<typeof setTimeout> | undefined;

  /** Starts to join; `state` tells how it goes. */
  constructor(options: RoomOptions) {
    this.#options = options;
    this.#tracks = { ...options.tracks };
    this.#statsTimer = setInterval(() => void this.#measure(), STATS_INTERVAL);
    this.#refresh({ sending: this.#sending() });
    void this.#enter();
  }

  get state(): RoomState {
    return this.#state;
  }

  /** Calls back after every change of `state`; returns how to stop it. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The browser's own statistics of the connection. */
  async stats(): Promise<RTCStatsReport | null> {
    return (await this.#peer?.connection.getStats()) ?? null;
  }

  /**
   * Sends a track as a source from now on, or, with null, mutes it. The caller
   * owns the track and stops it.
   */
  async publish(source: Source, track: MediaStreamTrack | null): Promise<void> {
    if ((this.#tracks[source] ?? null) === track) return;
    if (track) this.#tracks[source] = track;
    else delete this.#tracks[source];
    this.#refresh({ sending: this.#sending() });
    await this.#peer?.send(source, track);
    this.#signaling?.send({ type: 'media', source, muted: track === null });
  }

  /** Says something to everybody in the room; it is kept with the lesson. */
  chat(text: string): void {
    this.#signaling?.send({ type: 'chat', id: crypto.randomUUID(), text });
  }

  raiseHand(raised: boolean): void {
    this.#hand = raised;
    this.#signaling?.send({ type: 'hand', raised });
  }

  /**
   * Says how a person's source is shown, so that no more is sent than is seen:
   * `height` in physical pixels, 0 while it is hidden.
   */
  view(participant: string, source: Source, height: number): void {
    this.#views.want(participant, source, height);
    this.#scheduleViews();
  }

  /** Leaves for good. The local tracks stay the caller's. */
  leave(): void {
    this.#signaling?.leave();
    this.#end('left');
  }

  async #enter(): Promise<void> {
    const attempt = ++this.#attempt;
    const superseded = () => attempt !== this.#attempt || this.#state.phase === 'ended';
    try {
      const grant = await this.#options.join();
      if (superseded()) return;
      const seats = Math.min(Math.max(this.#options.seats ?? DEFAULT_SEATS, 1), MAX_SEATS);
      const peer = new Peer({ iceServers: grant.iceServers }, seats, this.#tracks);
      this.#peer = peer;
      const offer = await peer.offer();
      if (superseded()) return peer.close();
      this.#path = new PathWatch(peer.connection, {
        up: () => this.#pathIs(true),
        down: () => this.#pathIs(false),
        restart: () => void this.#restart(peer),
        giveUp: () => this.#rejoin(this.#failures + 1),
      });
      this.#signaling = new SignalingConnection(
        grant.url,
        { token: grant.token, ...offer },
        {
          message: (message) => void this.#handle(peer, message),
          status: (status) => this.#follow(peer, status),
        },
      );
    } catch (error) {
      if (!superseded()) this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof OfflineError) return this.#rejoin(this.#failures + 1);
    if (!(error instanceof ProblemError)) return this.#end('unavailable');
    if (error.status >= 500) return this.#rejoin(this.#failures + 1);
    switch (error.code) {
      case 'session_cancelled':
        return this.#end('cancelled');
      case 'lesson_over':
        return this.#end('lesson_over');
      case 'unauthenticated':
        return this.#end('invalid_token');
      default:
        return this.#end('forbidden');
    }
  }

  #rejoin(failures: number): void {
    const wait = REJOIN_BACKOFF[failures];
    if (wait === undefined) return this.#end('unreachable');
    this.#failures = failures;
    this.#dispose();
    this.#refresh();
    this.#rejoinTimer = setTimeout(() => void this.#enter(), wait);
  }

  #follow(peer: Peer, status: SignalingStatus): void {
    if (peer !== this.#peer) return;
    switch (status.name) {
      case 'connecting':
        return;
      case 'connected':
      case 'reconnecting':
        this.#signalingUp = status.name === 'connected';
        return this.#refresh();
      case 'ended':
        return REJOINABLE.has(status.reason)
          ? this.#rejoin(this.#failures + 1)
          : this.#end(status.reason);
    }
  }

  async #handle(peer: Peer, message: ServerMessage): Promise<void> {
    if (peer !== this.#peer) return;
    this.#roster = nextRoster(this.#roster, message);
    switch (message.type) {
      case 'joined':
        this.#refresh({ endsAt: message.endsAt, chat: message.chat, refused: null });
        await this.#answered(peer, message.answer);
        return this.#announce();
      case 'answer':
        await this.#answered(peer, message.answer);
        break;
      case 'slots':
        this.#scheduleViews();
        break;
      case 'chat':
        return this.#refresh({ chat: withMessage(this.#state.chat, message.message) });
      case 'ending':
        return this.#refresh({ closesAt: message.closesAt });
      case 'error':
        return this.#refresh({ refused: { code: message.code, message: message.message } });
    }
    this.#refresh();
  }

  async #answered(peer: Peer, answer: string): Promise<void> {
    try {
      await peer.answered(answer);
    } catch {
      if (peer === this.#peer) this.#rejoin(this.#failures + 1);
      return;
    }
    if (peer === this.#peer) this.#refresh();
  }

  /** Tells the server what a join does not: what is muted, and the hand. */
  #announce(): void {
    for (const source of SOURCES) {
      const muted = !this.#tracks[source];
      this.#signaling?.send({ type: 'media', source, muted });
    }
    if (this.#hand) this.#signaling?.send({ type: 'hand', raised: true });
    this.#sendViews();
  }

  async #restart(peer: Peer): Promise<void> {
    const offer = await peer.offer(true);
    if (peer === this.#peer) this.#signaling?.send({ type: 'offer', ...offer });
  }

  #pathIs(up: boolean): void {
    this.#pathUp = up;
    // Only media that flows ends a row of failures.
    if (up) this.#failures = 0;
    this.#refresh();
  }

  #scheduleViews(): void {
    clearTimeout(this.#viewTimer);
    this.#viewTimer = setTimeout(() => this.#sendViews(), VIEW_QUIET);
  }

  #sendViews(): void {
    const slots = this.#views.take(this.#roster.slots);
    if (slots.length > 0) this.#signaling?.send({ type: 'view', slots });
  }

  async #measure(): Promise<void> {
    const peer = this.#peer;
    const report = await this.stats();
    if (!report || peer !== this.#peer || !this.#roster.me) return;
    const out = outboundSample(report);
    this.#quality.set(this.#roster.me, qualityOf(out));
    const counters = inboundCounters(report);
    for (const participant of this.#roster.entries.keys()) {
      const sections = [...this.#roster.slots.values()].filter(
        (slot) => slot.participant === participant,
      );
      if (participant === this.#roster.me || sections.length === 0) continue;
      const sum = { received: 0, lost: 0, jitter: 0 };
      for (const { mid } of sections) {
        const now = counters.get(mid);
        if (!now) continue;
        const each = since(this.#counters.get(mid), now);
        sum.received += each.received;
        sum.lost += each.lost;
        sum.jitter = Math.max(sum.jitter, each.jitter);
      }
      this.#quality.set(participant, qualityOf({ ...sum, roundTrip: out.roundTrip }));
    }
    this.#counters = counters;
    this.#refresh();
  }

  #refresh(change: Partial<RoomState> = {}): void {
    if (this.#state.phase === 'ended') return;
    const people = [...this.#roster.entries.values()].map((entry) => this.#person(entry));
    this.#state = {
      ...this.#state,
      phase: this.#phase(),
      ...change,
      me: people.find((person) => person.participant === this.#roster.me) ?? null,
      others: people.filter((person) => person.participant !== this.#roster.me),
    };
    for (const listener of this.#listeners) listener();
  }

  #phase(): RoomState['phase'] {
    if (this.#roster.me === null) return 'connecting';
    return this.#signalingUp && this.#pathUp ? 'joined' : 'reconnecting';
  }

  #person(entry: RosterEntry): RoomPerson {
    const media: Partial<Record<Source, MediaStream>> = {};
    for (const source of SOURCES) {
      const mid = sectionOf(this.#roster.slots, entry.participant, source);
      const track = mid ? this.#peer?.track(mid) : null;
      if (track) media[source] = this.#stream(track);
    }
    return {
      ...entry,
      media,
      speaking: this.#roster.speaking.includes(entry.participant),
      quality: this.#quality.get(entry.participant) ?? 4,
    };
  }

  /** One stream for each track, so that a picture is not started anew. */
  #stream(track: MediaStreamTrack): MediaStream {
    const stream = this.#streams.get(track) ?? new MediaStream([track]);
    this.#streams.set(track, stream);
    return stream;
  }

  #sending(): RoomState['sending'] {
    const live = (source: Source) => this.#tracks[source] !== undefined;
    return {
      microphone: live('microphone'),
      camera: live('camera'),
      screen: live('screen'),
      screenAudio: live('screenAudio'),
    };
  }

  #end(reason: EndReason): void {
    if (this.#state.phase === 'ended') return;
    clearInterval(this.#statsTimer);
    this.#dispose();
    this.#refresh({ phase: 'ended', reason });
  }

  #dispose(): void {
    this.#attempt += 1;
    clearTimeout(this.#rejoinTimer);
    clearTimeout(this.#viewTimer);
    this.#path?.stop();
    this.#path = null;
    const peer = this.#peer;
    this.#peer = null;
    peer?.close();
    this.#signaling?.abandon();
    this.#signaling = null;
    this.#signalingUp = false;
    this.#pathUp = true;
    this.#streams.clear();
    this.#counters.clear();
    this.#views.forget();
  }
}

function withMessage(chat: readonly ChatMessage[], message: ChatMessage): ChatMessage[] {
  const known = chat.some((each) => each.id === message.id && each.user === message.user);
  return known ? [...chat] : [...chat, message].slice(-MAX_CHAT_MESSAGES);
}
