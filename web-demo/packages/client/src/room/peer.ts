import type { Source, SourceSection } from '../generated/protocol.ts';
import { trimCodecs } from './codecs.ts';
import { type ReceiveSection, type Seat, seatsOf } from './seats.ts';

/** The three pictures of the camera, the smallest first. */
const CAMERA_LAYERS: RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
const SCREEN_BITRATE = 2_500_000;

export type LocalTracks = Partial<Record<Source, MediaStreamTrack>>;

/**
 * The one peer connection: four send sections, with or without a track yet,
 * and a seat for each person who can be shown. It offers once; later offers
 * are ICE restarts.
 */
export class Peer {
  readonly connection: RTCPeerConnection;
  readonly #senders: Record<Source, RTCRtpTransceiver>;
  readonly #receivers: RTCRtpTransceiver[] = [];

  constructor(configuration: RTCConfiguration, seats: number, tracks: LocalTracks) {
    this.connection = new RTCPeerConnection({ ...configuration, bundlePolicy: 'max-bundle' });
    this.#senders = {
      microphone: this.#sender('audio', tracks.microphone),
      camera: this.#sender('video', tracks.camera, CAMERA_LAYERS),
      screen: this.#sender('video', tracks.screen, [{ maxBitrate: SCREEN_BITRATE }]),
      screenAudio: this.#sender('audio', tracks.screenAudio),
    };
    for (const kind of ['audio', 'video'] as const) {
      for (let seat = 0; seat < seats; seat += 1) {
        const receiver = this.connection.addTransceiver(kind, { direction: 'recvonly' });
        trim(receiver, kind, 'receive');
        this.#receivers.push(receiver);
      }
    }
  }

  /**
   * Makes an offer. It does not wait for candidates: the server is ICE-lite,
   * never contacts them, and learns the path from our checks.
   */
  async offer(restart = false): Promise<{ offer: string; sources: SourceSection[] }> {
    const description = await this.connection.createOffer({ iceRestart: restart });
    await this.connection.setLocalDescription(description);
    const sources = Object.entries(this.#senders).map(([source, { mid }]) => ({
      mid: mid ?? '',
      source: source as Source,
    }));
    return { offer: this.connection.localDescription?.sdp ?? '', sources };
  }

  async answered(sdp: string): Promise<void> {
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Sends a track as a source from now on, or nothing. */
  async send(source: Source, track: MediaStreamTrack | null): Promise<void> {
    await this.#senders[source].sender.replaceTrack(track);
  }

  get seats(): Seat[] {
    return seatsOf(this.#sections);
  }

  /** The track that arrives in a receive section. It never changes. */
  track(mid: string): MediaStreamTrack | null {
    return this.#receivers.find((receiver) => receiver.mid === mid)?.receiver.track ?? null;
  }

  close(): void {
    this.connection.close();
  }

  get #sections(): ReceiveSection[] {
    return this.#receivers.map(({ mid, receiver }) => ({
      mid: mid ?? '',
      kind: receiver.track.kind as ReceiveSection['kind'],
    }));
  }

  #sender(
    kind: 'audio' | 'video',
    track: MediaStreamTrack | undefined,
    sendEncodings?: RTCRtpEncodingParameters[],
  ): RTCRtpTransceiver {
    const sender = this.connection.addTransceiver(track ?? kind, {
      direction: 'sendonly',
      ...(sendEncodings ? { sendEncodings } : {}),
    });
    trim(sender, kind, 'send');
    return sender;
  }
}

function trim(
  transceiver: RTCRtpTransceiver,
  kind: 'audio' | 'video',
  way: 'send' | 'receive',
): void {
  const side = way === 'send' ? RTCRtpSender : RTCRtpReceiver;
  const codecs = trimCodecs(kind, side.getCapabilities(kind)?.codecs ?? []);
  if (codecs.length > 0) transceiver.setCodecPreferences(codecs);
}
