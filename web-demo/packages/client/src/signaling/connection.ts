import type { ClientMessage, Numbered, ServerMessage } from '../generated/protocol.ts';
import { SignalingMachine, type SignalingStatus } from './machine.ts';

/** The WebSocket subprotocol that this client speaks. */
export const SUBPROTOCOL = 'lectern.v1';

export interface SignalingEvents {
  message: (message: ServerMessage) => void;
  status: (status: SignalingStatus) => void;
}

/** Drives {@link SignalingMachine} with a real WebSocket and the real clock. */
export class SignalingConnection {
  readonly #url: string;
  readonly #machine: SignalingMachine;
  readonly #events: SignalingEvents;
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    url: string,
    join: ConstructorParameters<typeof SignalingMachine>[0],
    events: SignalingEvents,
  ) {
    this.#url = url;
    this.#events = events;
    this.#machine = new SignalingMachine(join, performance.now());
    this.#run();
  }

  send(message: ClientMessage): void {
    this.#machine.send(message);
    this.#run();
  }

  leave(): void {
    this.#machine.leave();
    this.#run();
  }

  abandon(): void {
    this.#machine.abandon();
    this.#run();
  }

  #run(): void {
    for (const output of this.#machine.drain()) {
      switch (output.do) {
        case 'open':
          this.#open();
          break;
        case 'send':
          this.#socket?.send(JSON.stringify(output.message));
          break;
        case 'close':
          this.#close();
          break;
        case 'deliver':
          this.#events.message(output.message);
          break;
        case 'status':
          this.#events.status(output.status);
          break;
      }
    }
    this.#schedule();
  }

  #open(): void {
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    const current = (handle: () => void) => () => {
      if (this.#socket !== socket) return;
      handle();
      this.#run();
    };
    socket.onopen = current(() => this.#machine.handleOpen(performance.now()));
    socket.onclose = current(() => {
      this.#socket = null;
      this.#machine.handleLost(performance.now());
    });
    socket.onmessage = ({ data }) => {
      const message = parse(data);
      if (message) current(() => this.#machine.handleMessage(message, performance.now()))();
    };
  }

  #close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const at = this.#machine.timeoutAt;
    if (at === null) return;
    this.#timer = setTimeout(
      () => {
        this.#machine.handleTimeout(performance.now());
        this.#run();
      },
      Math.max(0, at - performance.now()),
    );
  }
}

function parse(data: unknown): Numbered | null {
  if (typeof data !== 'string') return null;
  try {
    const message: unknown = JSON.parse(data);
    return typeof message === 'object' && message !== null && 'type' in message
      ? (message as Numbered)
      : null;
  } catch {
    return null;
  }
}
