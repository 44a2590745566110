import type { Page } from '@playwright/test';
import type { Numbered, RosterEntry } from '@lectern/client';

/** What is seen in the room of a picture. */
export interface RoomScene {
  /** Who is there besides oneself. */
  others?: 'ines' | 'nobody';
  screen?: boolean;
  chat?: boolean;
  /** The WebSocket is lost after joining. */
  lost?: boolean;
  /** Why the room closes at once. */
  closed?: 'cancelled' | 'ended' | 'replaced' | 'removed';
}

const SLOTS = 4;

/** Plays the server's part of `lectern.v1` for one picture. */
export async function serveRoom(page: Page, scene: RoomScene): Promise<void> {
  let opened = 0;
  await page.routeWebSocket('**/signal', (socket) => {
    opened += 1;
    if (scene.lost && opened > 1) return void socket.close();
    const say = (message: Numbered) => socket.send(JSON.stringify(message));
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as { type: string; id?: number };
      if (message.type === 'ping') say({ type: 'pong', id: message.id ?? 0 });
      if (message.type !== 'join') return;
      say(joined(scene));
      if (scene.others !== 'nobody') say({ seq: 2, type: 'speaking', participants: ['b'] });
      if (scene.closed) say({ seq: 3, type: 'closed', reason: scene.closed });
      if (scene.lost) setTimeout(() => void socket.close(), 800);
      if (scene.chat) setTimeout(() => later(say), 300);
    });
  });
}

function later(say: (message: Numbered) => void): void {
  const line = (id: string, text: string) => ({
    id,
    user: 'ines',
    name: 'Inês Carvalho',
    text,
    sentAt: '2026-11-24T09:17:00Z',
  });
  say({ seq: 4, type: 'chat', message: line('3', 'Exactly. Morei em Braga três anos.') });
  say({ seq: 5, type: 'chat', message: line('4', 'Now you: three sentences about Porto.') });
}

function joined({ others, screen }: RoomScene): Numbered {
  const entry = (participant: string, user: string, name: string): RosterEntry => ({
    participant,
    user,
    name,
    role: user === 'ines' ? 'teacher' : 'student',
    hand: false,
    sources: [
      { source: 'microphone', kind: 'audio', muted: false },
      { source: 'camera', kind: 'video', muted: false },
      { source: 'screen', kind: 'video', muted: !(screen && user === 'ines') },
    ],
  });
  const roster = [entry('a', 'jonas', 'Jonas Weber')];
  if (others !== 'nobody') roster.push(entry('b', 'ines', 'Inês Carvalho'));
  const video = (seat: number) => String(4 + SLOTS + seat);
  return {
    seq: 1,
    type: 'joined',
    participant: 'a',
    answer: '',
    roster,
    slots:
      others === 'nobody'
        ? []
        : [
            { mid: '4', participant: 'b', source: 'microphone', epoch: 1 },
            { mid: video(0), participant: 'b', source: 'camera', epoch: 1 },
            ...(screen
              ? [{ mid: video(1), participant: 'b', source: 'screen' as const, epoch: 1 }]
              : []),
          ],
    resume: 'r',
    chat: [
      {
        id: '1',
        user: 'ines',
        name: 'Inês Carvalho',
        text: 'Bom dia! Shall we begin with last week?',
        sentAt: '2026-11-24T08:53:00Z',
      },
      {
        id: '2',
        user: 'jonas',
        name: 'Jonas Weber',
        text: 'So morava is for a habit, and morei for one finished stay?',
        sentAt: '2026-11-24T09:06:00Z',
      },
    ],
    endsAt: '2026-11-24T09:42:00Z',
  };
}

/** Pictures in place of cameras: SVG markup by person, and a shared screen. */
export interface Pictures {
  jonas: string;
  ines: string;
  screen: string;
}

/**
 * Puts drawn people in place of the network and the camera. Runs in the page,
 * before its own scripts.
 */
export function fakeMedia(pictures: Pictures & { refused?: boolean }): void {
  /** Each picture is drawn once: blurs are slow without a graphics card. */
  const drawn = new Map<string, Promise<ImageBitmap>>();
  const draw = async (svg: string, width: number, height: number): Promise<ImageBitmap> => {
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
    await image.decode();
    return createImageBitmap(image, { resizeWidth: width, resizeHeight: height });
  };
  const film = (svg: string, width: number, height: number): MediaStreamTrack => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    const picture = drawn.get(svg) ?? draw(svg, width, height);
    drawn.set(svg, picture);
    void picture.then((bitmap) => {
      setInterval(() => context?.drawImage(bitmap, 0, 0), 250);
    });
    const [track] = canvas.captureStream(4).getVideoTracks();
    if (!track) throw new Error('a canvas has a track');
    return track;
  };
  const tone = (): MediaStreamTrack => {
    const context = new AudioContext();
    const voice = new OscillatorNode(context, { frequency: 220 });
    const end = context.createMediaStreamDestination();
    voice.connect(new GainNode(context, { gain: 0.12 })).connect(end);
    voice.start();
    const [track] = end.stream.getAudioTracks();
    if (!track) throw new Error('a destination has a track');
    return track;
  };
  const device = (kind: MediaDeviceKind, label: string) =>
    ({ kind, label, deviceId: `${kind} ${label}`, groupId: '' }) as MediaDeviceInfo;
  navigator.mediaDevices.getUserMedia = async (wanted) => {
    if (pictures.refused && wanted?.video) throw new DOMException('no', 'NotAllowedError');
    const track = wanted?.video ? film(pictures.jonas, 1280, 800) : tone();
    const name = wanted?.video ? 'videoinput Built-in camera' : 'audioinput Headset';
    track.getSettings = () => ({ deviceId: name });
    return new MediaStream([track]);
  };
  navigator.mediaDevices.enumerateDevices = async () => [
    device('audioinput', 'Headset'),
    device('videoinput', 'Built-in camera'),
    device('audiooutput', 'Headset'),
  ];

  /** The first two of the sections that receive video carry something. */
  const received = (section: number): MediaStreamTrack => {
    if (section === 3) return film(pictures.ines, 1280, 800);
    return section === 4 ? film(pictures.screen, 1280, 960) : film(EMPTY, 16, 10);
  };
  const EMPTY = '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="10"/>';

  let videos = 0;
  class FakePeer extends EventTarget {
    mids = 0;
    connectionState = 'connected';
    localDescription = { sdp: '' };
    addTransceiver(kind: unknown, init: { direction: string }) {
      const video = kind === 'video' || (kind instanceof MediaStreamTrack && kind.kind === 'video');
      if (video) videos += 1;
      const picture = videos;
      const track = init.direction !== 'recvonly' ? null : video ? received(picture) : tone();
      return {
        mid: String(this.mids++),
        sender: { replaceTrack: async () => undefined },
        receiver: { track },
        setCodecPreferences: () => undefined,
      };
    }
    async createOffer() {
      videos = 0;
      return { type: 'offer', sdp: '' };
    }
    async setLocalDescription() {}
    async setRemoteDescription() {}
    async getStats() {
      return new Map<string, object>([
        [
          'p',
          {
            type: 'candidate-pair',
            nominated: true,
            bytesReceived: 9000,
            currentRoundTripTime: 0.02,
          },
        ],
        [
          'v',
          { type: 'inbound-rtp', mid: '8', packetsReceived: performance.now(), packetsLost: 0 },
        ],
        [
          'a',
          { type: 'inbound-rtp', mid: '4', packetsReceived: performance.now(), packetsLost: 0 },
        ],
      ]);
    }
    close() {}
  }
  Object.assign(globalThis, { RTCPeerConnection: FakePeer });
}

/** A sheet that a teacher might show. */
export const SHEET = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1280 960" width="1280" height="960">
<rect width="1280" height="960" fill="#fdfcf8"/>
<g font-family="Figtree, sans-serif" fill="#1f2420">
<text x="96" y="150" font-size="64" font-weight="700">O que fizeste ontem?</text>
<g font-size="36"><text x="96" y="250" fill="#7f3719">1</text><text x="160" y="250">Ontem eu fui ao mercado com a minha irmã.</text>
<text x="96" y="340" fill="#7f3719">2</text><text x="160" y="340">Quando era pequeno, morava em Braga.</text>
<text x="96" y="430" fill="#7f3719">3</text><text x="160" y="430">Nós ____ um café e falámos da viagem.</text>
<text x="96" y="520" fill="#7f3719">4</text><text x="160" y="520">De repente ____ a chover.</text></g>
<rect x="96" y="590" width="520" height="150" rx="10" fill="#f2eee2"/><rect x="650" y="590" width="520" height="150" rx="10" fill="#f2eee2"/>
<g font-size="34"><text x="130" y="652" fill="#7f3719" font-weight="700">Once, and done</text><text x="130" y="704">fui, tomei, comecei</text>
<text x="684" y="652" fill="#7f3719" font-weight="700">Used to, for a while</text><text x="684" y="704">era, morava, tomava</text></g></g></svg>`;
