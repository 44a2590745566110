/** How good a way through the network is: 0 nothing arrives, 4 clear. */
export type Quality = 0 | 1 | 2 | 3 | 4;

/** What one way through the network did in a while. */
export interface PathSample {
  /** Packets that arrived. */
  received: number;
  /** Packets that never arrived. */
  lost: number;
  /** Seconds; null when not known. */
  roundTrip: number | null;
  /** Seconds. */
  jitter: number;
}

/** Judges a way by its worst trait, as people do. */
export function qualityOf({ received, lost, roundTrip, jitter }: PathSample): Quality {
  if (received === 0) return 0;
  const loss = lost / (received + lost);
  const worst = Math.max(
    step(loss, [0.02, 0.06, 0.15]),
    step(roundTrip ?? 0, [0.2, 0.4, 0.8]),
    step(jitter, [0.03, 0.06, 0.12]),
  );
  return (4 - worst) as Quality;
}

function step(value: number, limits: readonly number[]): number {
  return limits.filter((limit) => value > limit).length;
}

/** Counters of one RTP stream, or several of one person, since they began. */
export interface Counters {
  received: number;
  lost: number;
  jitter: number;
}

/** What happened between two readings of the counters. */
export function since(before: Counters | undefined, now: Counters): Counters {
  return {
    received: Math.max(0, now.received - (before?.received ?? 0)),
    lost: Math.max(0, now.lost - (before?.lost ?? 0)),
    jitter: now.jitter,
  };
}

/** Adds up the streams that arrive in some sections, from `getStats`. */
export function inboundCounters(report: RTCStatsReport): Map<string, Counters> {
  const byMid = new Map<string, Counters>();
  for (const stat of report.values() as Iterable<RTCInboundRtpStreamStats>) {
    if (stat.type !== 'inbound-rtp' || !stat.mid) continue;
    byMid.set(stat.mid, {
      received: stat.packetsReceived ?? 0,
      lost: Math.max(0, stat.packetsLost ?? 0),
      jitter: stat.jitter ?? 0,
    });
  }
  return byMid;
}

/** What the server says about the streams that we send, and the way there. */
export function outboundSample(report: RTCStatsReport): PathSample {
  let lost = 0;
  let received = 0;
  let jitter = 0;
  let roundTrip: number | null = null;
  for (const stat of report.values()) {
    if (stat.type === 'remote-inbound-rtp') {
      lost = Math.max(lost, stat.fractionLost ?? 0);
      jitter = Math.max(jitter, stat.jitter ?? 0);
    }
    if (stat.type === 'candidate-pair' && stat.nominated) {
      roundTrip = stat.currentRoundTripTime ?? roundTrip;
      received = Math.max(received, stat.bytesReceived ?? 0);
    }
  }
  return { received: received > 0 ? 100 * (1 - lost) : 0, lost: 100 * lost, roundTrip, jitter };
}
