import { PATH_PATIENCE, RESTART_PATIENCE } from './limits.ts';

interface Remedies {
  /** The path is up, for the first time or again. */
  up: () => void;
  /** The path is down; a remedy follows when it stays so. */
  down: () => void;
  /** Makes new ICE credentials (RFC 8445, section 9). */
  restart: () => void;
  /** The restart did not help. */
  giveUp: () => void;
}

/** Watches one connection's path: a lost one is restarted, then given up. */
export class PathWatch {
  readonly #connection: RTCPeerConnection;
  readonly #remedies: Remedies;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #restarting = false;

  constructor(connection: RTCPeerConnection, remedies: Remedies) {
    this.#connection = connection;
    this.#remedies = remedies;
    connection.addEventListener('connectionstatechange', this.#changed);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#connection.removeEventListener('connectionstatechange', this.#changed);
  }

  readonly #changed = (): void => {
    switch (this.#connection.connectionState) {
      case 'connected':
        clearTimeout(this.#timer);
        this.#restarting = false;
        return this.#remedies.up();
      case 'disconnected':
        this.#remedies.down();
        return this.#restartAfter(PATH_PATIENCE);
      case 'failed':
        this.#remedies.down();
        return this.#restarting ? this.#remedies.giveUp() : this.#restartAfter(0);
    }
  };

  #restartAfter(patience: number): void {
    if (this.#restarting) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#restarting = true;
      this.#remedies.restart();
      this.#timer = setTimeout(() => this.#remedies.giveUp(), RESTART_PATIENCE);
    }, patience);
  }
}
