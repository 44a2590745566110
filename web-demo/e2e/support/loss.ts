import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';

/** Media datagrams of a path that pass before any is dropped: the handshake is over. */
const SPARED = 50;

/** What became of datagrams. */
export interface LossCounts {
  passed: number;
  dropped: number;
}

/** Up is from a browser to the server. */
export type Direction = 'up' | 'down';

/**
 * Whether a datagram is lost; asked once for each. `path` names the browser's
 * socket.
 */
export type Loses = (datagram: Buffer, direction: Direction, path: string) => boolean;

/**
 * A UDP relay between browsers and the server that drops datagrams both ways.
 * The server advertises the relay's address as its own.
 */
export class LossyRelay {
  readonly counts: LossCounts = { passed: 0, dropped: 0 };
  readonly #front: Socket;
  readonly #server: { address: string; port: number };
  readonly #paths = new Map<string, Socket>();
  readonly #loses: Loses;

  private constructor(front: Socket, serverPort: number, loses: Loses) {
    this.#front = front;
    // Not the loopback: Firefox refuses answers that say it was seen there.
    this.#server = { address: machineAddress(), port: serverPort };
    this.#loses = loses;
    front.on('message', (datagram, from) => this.#upward(datagram, from));
  }

  static async open(options: { serverPort: number; loses: Loses }) {
    const front = createSocket('udp4');
    front.bind(0, machineAddress());
    await once(front, 'listening');
    return new LossyRelay(front, options.serverPort, options.loses);
  }

  /** Where browsers find it: `192.0.2.2:4711`. */
  get address(): string {
    const { address, port } = this.#front.address();
    return `${address}:${port}`;
  }

  close(): void {
    this.#front.close();
    for (const socket of this.#paths.values()) socket.close();
  }

  #upward(datagram: Buffer, from: RemoteInfo): void {
    const socket = this.#path(from);
    if (this.#passes(datagram, 'up', from)) {
      socket.send(datagram, this.#server.port, this.#server.address);
    }
  }

  /** Each browser's socket has one of ours towards the server. */
  #path(from: RemoteInfo): Socket {
    const known = this.#paths.get(nameOf(from));
    if (known) return known;
    const socket = createSocket('udp4');
    socket.on('message', (datagram) => {
      if (this.#passes(datagram, 'down', from)) {
        this.#front.send(datagram, from.port, from.address);
      }
    });
    this.#paths.set(nameOf(from), socket);
    return socket;
  }

  #passes(datagram: Buffer, direction: Direction, from: RemoteInfo): boolean {
    const lost = this.#loses(datagram, direction, nameOf(from));
    this.counts[lost ? 'dropped' : 'passed'] += 1;
    return !lost;
  }
}

function nameOf({ address, port }: RemoteInfo): string {
  return `${address}:${port}`;
}

/** Loses a part of the datagrams of calls, which ones by a seed. */
export function randomLoss(loss: number, seed: number): Loses {
  const random = mulberry32(seed);
  const media = new Map<string, number>();
  return (datagram, _, path) => {
    const seen = (media.get(path) ?? 0) + (isMedia(datagram) ? 1 : 0);
    media.set(path, seen);
    return seen > SPARED && random() < loss;
  };
}

/** Loses one datagram of the next DTLS handshake: the nth one in a direction. */
export class HandshakeLoss {
  /** Datagrams of the handshake so far; what is sent again counts again. */
  counts: Record<Direction, number> = { up: 0, down: 0 };
  dropped = 0;
  #lost: { direction: Direction; nth: number } | null = null;

  /** Begins to count anew. Nothing is lost if nothing is named. */
  arm(direction?: Direction, nth = 0): void {
    this.counts = { up: 0, down: 0 };
    this.dropped = 0;
    this.#lost = direction ? { direction, nth } : null;
  }

  readonly loses: Loses = (datagram, direction) => {
    if (!isHandshake(datagram)) return false;
    this.counts[direction] += 1;
    const { direction: lossy, nth } = this.#lost ?? {};
    const lost = direction === lossy && this.counts[direction] === nth;
    if (lost) this.dropped += 1;
    return lost;
  };
}

/** A change of cipher or a handshake message (RFC 6347, section 4.1); no alert. */
function isHandshake(datagram: Buffer): boolean {
  return datagram[0] === 20 || datagram[0] === 22;
}

/** RTP and RTCP, told from STUN and DTLS by the first byte (RFC 7983). */
function isMedia(datagram: Buffer): boolean {
  const first = datagram[0] ?? 0;
  return first >= 128 && first <= 191;
}

/** This machine's own address: Firefox sends no checks to the loopback. */
export function machineAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { family, internal, address } of addresses ?? []) {
      if (family === 'IPv4' && !internal) return address;
    }
  }
  throw new Error('This machine has no address besides the loopback');
}

/** A port that is free now. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '0.0.0.0');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** A small seeded generator of numbers from 0 up to 1. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
