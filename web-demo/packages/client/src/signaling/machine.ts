import type {
  ClientMessage,
  CloseReason,
  ErrorCode,
  Numbered,
  ServerMessage,
} from '../generated/protocol.ts';
import {
  ANSWER_TIMEOUT,
  MAX_HELD_MESSAGES,
  PING_INTERVAL,
  PONG_TIMEOUT,
  RESUME_BACKOFF,
  RESUME_WINDOW,
} from './limits.ts';

/** Why the connection is over: the server's word, or what we could not do. */
export type EndReason = CloseReason | ErrorCode | 'unreachable';

type Join = Extract<ClientMessage, { type: 'join' }>;
type Ticket = { resume: string; seq: number };

/** Where the connection stands. Times are milliseconds on the caller's clock. */
export type SignalingState =
  | { name: 'opening'; join: Join; giveUpAt: number }
  | { name: 'joining'; giveUpAt: number }
  | { name: 'open'; ticket: Ticket; pingAt: number; pongBy: number | null }
  | { name: 'waiting'; ticket: Ticket; lostAt: number; attempt: number; retryAt: number }
  | { name: 'reopening'; ticket: Ticket; lostAt: number; attempt: number; giveUpAt: number }
  | { name: 'resuming'; ticket: Ticket; lostAt: number; attempt: number; giveUpAt: number }
  | { name: 'ended'; reason: EndReason };

/** What the driver has to do. */
export type SignalingOutput =
  | { do: 'open' }
  | { do: 'send'; message: ClientMessage }
  | { do: 'close' }
  | { do: 'deliver'; message: ServerMessage }
  | { do: 'status'; status: SignalingStatus };

export type SignalingStatus =
  { name: 'connecting' | 'connected' | 'reconnecting' } | { name: 'ended'; reason: EndReason };

/**
 * The client's side of `lectern.v1`, without a socket or a clock: it is told
 * what happened and when, and says what to do. A lost WebSocket is resumed
 * with the last sequence number until the server has given the place away.
 */
export class SignalingMachine {
  #state: SignalingState;
  #outputs: SignalingOutput[] = [];
  #held: ClientMessage[] = [];
  #pings = 0;

  constructor(join: Omit<Join, 'type'>, now: number) {
    this.#state = {
      name: 'opening',
      join: { type: 'join', ...join },
      giveUpAt: now + ANSWER_TIMEOUT,
    };
    this.#outputs.push({ do: 'status', status: { name: 'connecting' } }, { do: 'open' });
  }

  get state(): SignalingState {
    return this.#state;
  }

  /** What has to be done; call it after every input. */
  drain(): SignalingOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  /** When `handleTimeout` wants to be called next. */
  get timeoutAt(): number | null {
    const state = this.#state;
    switch (state.name) {
      case 'opening':
      case 'joining':
      case 'reopening':
      case 'resuming':
        return state.giveUpAt;
      case 'open':
        return state.pongBy ?? state.pingAt;
      case 'waiting':
        return state.retryAt;
      case 'ended':
        return null;
    }
  }

  /** The WebSocket is open. */
  handleOpen(now: number): void {
    const state = this.#state;
    if (state.name === 'opening') {
      this.#send(state.join);
      this.#state = { name: 'joining', giveUpAt: now + ANSWER_TIMEOUT };
    } else if (state.name === 'reopening') {
      this.#send({ type: 'resume', ...state.ticket });
      // Nothing need have been missed, so an answer is asked for.
      this.#send({ type: 'ping', id: ++this.#pings });
      this.#state = { ...state, name: 'resuming', giveUpAt: now + ANSWER_TIMEOUT };
    }
  }

  /** The WebSocket is gone, or could not be opened. */
  handleLost(now: number): void {
    const state = this.#state;
    switch (state.name) {
      case 'opening':
      case 'joining':
        return this.#end('unreachable');
      case 'open':
        this.#outputs.push({ do: 'status', status: { name: 'reconnecting' } });
        this.#state = {
          name: 'waiting',
          ticket: state.ticket,
          lostAt: now,
          attempt: 0,
          retryAt: now + RESUME_BACKOFF[0],
        };
        return;
      case 'reopening':
      case 'resuming':
        return this.#retry(state, now);
      case 'waiting':
      case 'ended':
        return;
    }
  }

  /** A message arrived. */
  handleMessage(numbered: Numbered, now: number): void {
    if (this.#state.name === 'ended') return;
    const { seq, ...message } = numbered;
    if (message.type === 'closed') {
      this.#deliver(message);
      return this.#end(message.reason);
    }
    if (message.type === 'error' && message.fatal) {
      this.#deliver(message);
      return this.#end(message.code);
    }
    this.#advance(message, seq, now);
    if (message.type !== 'pong') this.#deliver(message);
  }

  /** The time `timeoutAt` has come. */
  handleTimeout(now: number): void {
    const state = this.#state;
    if (this.timeoutAt === null || now < this.timeoutAt) return;
    switch (state.name) {
      case 'open':
        return state.pongBy === null ? this.#ping(state, now) : this.#drop(now);
      case 'waiting':
        this.#outputs.push({ do: 'open' });
        this.#state = { ...state, name: 'reopening', giveUpAt: now + ANSWER_TIMEOUT };
        return;
      case 'ended':
        return;
      default:
        return this.#drop(now);
    }
  }

  /** Sends a message, or holds it until there is a connection again. */
  send(message: ClientMessage): void {
    if (this.#state.name === 'open') return this.#send(message);
    if (this.#state.name === 'ended') return;
    this.#held.push(message);
    if (this.#held.length > MAX_HELD_MESSAGES) this.#held.shift();
  }

  /** Leaves for good, without waiting for the server's goodbye. */
  leave(): void {
    if (this.#state.name === 'ended') return;
    if (this.#state.name === 'open') this.#send({ type: 'leave' });
    this.#end('left');
  }

  /** Goes without a word, so that the server does not take it for leaving. */
  abandon(): void {
    if (this.#state.name !== 'ended') this.#end('left');
  }

  #advance(message: ServerMessage, seq: number | undefined, now: number): void {
    const state = this.#state;
    const alive = { name: 'open' as const, pingAt: now + PING_INTERVAL, pongBy: null };
    if (message.type === 'joined' && state.name === 'joining') {
      this.#state = { ...alive, ticket: { resume: message.resume, seq: seq ?? 0 } };
      return this.#connected();
    }
    if (state.name !== 'open' && state.name !== 'resuming') return;
    const resume = message.type === 'joined' ? message.resume : state.ticket.resume;
    this.#state = { ...alive, ticket: { resume, seq: seq ?? state.ticket.seq } };
    if (state.name === 'resuming') this.#connected();
  }

  #connected(): void {
    this.#outputs.push({ do: 'status', status: { name: 'connected' } });
    for (const message of this.#held.splice(0)) this.#send(message);
  }

  #ping(state: Extract<SignalingState, { name: 'open' }>, now: number): void {
    this.#send({ type: 'ping', id: ++this.#pings });
    this.#state = { ...state, pongBy: now + PONG_TIMEOUT };
  }

  #drop(now: number): void {
    this.#outputs.push({ do: 'close' });
    this.handleLost(now);
  }

  #retry(state: Extract<SignalingState, { ticket: Ticket; attempt: number }>, now: number): void {
    const { ticket, lostAt } = state;
    const attempt = state.attempt + 1;
    const wait = RESUME_BACKOFF[Math.min(attempt, RESUME_BACKOFF.length - 1)] ?? 0;
    if (now + wait > lostAt + RESUME_WINDOW) return this.#end('resume_failed');
    this.#state = { name: 'waiting', ticket, lostAt, attempt, retryAt: now + wait };
  }

  #end(reason: EndReason): void {
    this.#state = { name: 'ended', reason };
    this.#held = [];
    this.#outputs.push({ do: 'close' }, { do: 'status', status: { name: 'ended', reason } });
  }

  #send(message: ClientMessage): void {
    this.#outputs.push({ do: 'send', message });
  }

  #deliver(message: ServerMessage): void {
    this.#outputs.push({ do: 'deliver', message });
  }
}
