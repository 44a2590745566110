import { describe, expect, it } from 'vitest';
import { type Codec, trimCodecs } from '../src/room/codecs.ts';

const codec = (mimeType: string, sdpFmtpLine?: string): Codec => ({
  mimeType,
  ...(sdpFmtpLine && { sdpFmtpLine }),
});

const CHROMIUM: Codec[] = [
  codec('video/VP8'),
  codec('video/rtx'),
  codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42001f'),
  codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f'),
  codec('video/H264', 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f'),
  codec('video/AV1', 'level-idx=5;profile=1;tier=0'),
  codec('video/AV1', 'level-idx=5;profile=0;tier=0'),
  codec('video/VP9', 'profile-id=0'),
  codec('video/VP9', 'profile-id=2'),
  codec('video/red'),
  codec('video/ulpfec'),
];

describe('codecs', () => {
  it('offers VP8 first, one profile of each other, and RTX', () => {
    expect(trimCodecs('video', CHROMIUM)).toEqual([
      CHROMIUM[0],
      CHROMIUM[4],
      CHROMIUM[7],
      CHROMIUM[6],
      CHROMIUM[1],
    ]);
  });

  it('offers Opus alone for sound', () => {
    const sound = [codec('audio/opus'), codec('audio/red'), codec('audio/PCMU')];
    expect(trimCodecs('audio', sound)).toEqual([sound[0]]);
  });

  it('makes do with what there is', () => {
    expect(trimCodecs('video', [codec('video/VP8')])).toEqual([codec('video/VP8')]);
    expect(trimCodecs('video', [])).toEqual([]);
  });
});
