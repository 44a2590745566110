/** What a codec capability says; a part of `RTCRtpCodec`. */
export interface Codec {
  mimeType: string;
  sdpFmtpLine?: string;
}

const VIDEO_ORDER = ['video/vp8', 'video/h264', 'video/vp9', 'video/av1'];

/**
 * The codecs worth offering, the preferred first: Opus for sound; for pictures
 * VP8 and one profile each of what may replace it, with RTX. RED and FEC for
 * video are never offered: browsers would then wrap everything in RED.
 */
export function trimCodecs<T extends Codec>(kind: 'audio' | 'video', codecs: readonly T[]): T[] {
  if (kind === 'audio') return codecs.filter((codec) => type(codec) === 'audio/opus');
  const wanted = VIDEO_ORDER.flatMap((name) => {
    const codec = codecs.find((each) => type(each) === name && suits(each));
    return codec ? [codec] : [];
  });
  const rtx = codecs.filter((codec) => type(codec) === 'video/rtx').slice(0, 1);
  return [...wanted, ...rtx];
}

function suits(codec: Codec): boolean {
  const fmtp = codec.sdpFmtpLine ?? '';
  switch (type(codec)) {
    case 'video/h264':
      return fmtp.includes('packetization-mode=1') && /profile-level-id=42e0/i.test(fmtp);
    case 'video/vp9':
      return !/profile-id=[1-9]/.test(fmtp);
    case 'video/av1':
      return !/profile=[1-9]/.test(fmtp);
    default:
      return true;
  }
}

function type(codec: Codec): string {
  return codec.mimeType.toLowerCase();
}
