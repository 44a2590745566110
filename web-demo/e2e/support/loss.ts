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

/**
 * A UDP relay between browsers and the server that drops datagrams both ways,
 * which ones by a seed. The server advertises the relay's address as its own.
 */
export class LossyRelay {
  readonly counts: LossCounts = { passed: 0, dropped: 0 };
  readonly #front: Socket;
  readonly #server: { address: string; port: number };
  readonly #paths = new Map<string, Path>();
  readonly #random: () => number;
  readonly #loss: number;

  private constructor(front: Socket, serverPort: number, loss: number, seed: number) {
    this.#front = front;
    // Not the loopback: Firefox refuses answers that say it was seen there.
    this.#server = { address: machineAddress(), port: serverPort };
    this.#random = mulberry32(seed);
    this.#loss = loss;
    front.on('message', (datagram, from) => this.#upward(datagram, from));
  }

  static async open(options: { serverPort: number; loss: number; seed: number }) {
    const front = createSocket('udp4');
    front.bind(0, machineAddress());
    await once(front, 'listening');
    return new LossyRelay(front, options.serverPort, options.loss, options.seed);
  }

  /** Where browsers find it: `192.0.2.2:4711`. */
  get address(): string {
    const { address, port } = this.#front.address();
    return `${address}:${port}`;
  }

  close(): void {
    this.#front.close();
    for (const path of this.#paths.values()) path.socket.close();
  }

  #upward(datagram: Buffer, from: RemoteInfo): void {
    const path = this.#path(from);
    if (this.#passes(path, datagram)) {
      path.socket.send(datagram, this.#server.port, this.#server.address);
    }
  }

  /** Each browser's socket has one of ours towards the server. */
  #path(from: RemoteInfo): Path {
    const name = `${from.address}:${from.port}`;
    const known = this.#paths.get(name);
    if (known) return known;
    const path: Path = { socket: createSocket('udp4'), media: 0 };
    path.socket.on('message', (datagram) => {
      if (this.#passes(path, datagram)) this.#front.send(datagram, from.port, from.address);
    });
    this.#paths.set(name, path);
    return path;
  }

  #passes(path: Path, datagram: Buffer): boolean {
    if (isMedia(datagram)) path.media += 1;
    const drop = path.media > SPARED && this.#random() < this.#loss;
    this.counts[drop ? 'dropped' : 'passed'] += 1;
    return !drop;
  }
}

interface Path {
  socket: Socket;
  /** SRTP and SRTCP seen so far, both ways. */
  media: number;
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
