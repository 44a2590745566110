import type { Page } from '@playwright/test';

/** What a browser counted of the media that it received and sent. */
export interface MediaStats {
  framesDecoded: number;
  totalAudioEnergy: number;
  nackCount: number;
  retransmittedPacketsReceived: number;
  packetsLost: number;
  screenFrames: number;
}

declare global {
  interface Window {
    peers: RTCPeerConnection[];
  }
}

/** Keeps every peer connection that the page makes, so that it can be asked. */
export async function keepPeers(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.peers = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        window.peers.push(this);
      }
    };
  });
}

/** Sums what the page's latest connection received, by the browser's own statistics. */
export async function mediaStats(page: Page): Promise<MediaStats> {
  return page.evaluate(async () => {
    const sums = {
      framesDecoded: 0,
      totalAudioEnergy: 0,
      nackCount: 0,
      retransmittedPacketsReceived: 0,
      packetsLost: 0,
      screenFrames: 0,
    };
    const report = await window.peers.at(-1)?.getStats();
    const videos: number[] = [];
    report?.forEach((stat) => {
      if (stat.type !== 'inbound-rtp') return;
      if (stat.kind === 'video') {
        videos.push(stat.framesDecoded ?? 0);
        sums.framesDecoded += stat.framesDecoded ?? 0;
      }
      sums.totalAudioEnergy += stat.totalAudioEnergy ?? 0;
      sums.nackCount += stat.nackCount ?? 0;
      sums.retransmittedPacketsReceived += stat.retransmittedPacketsReceived ?? 0;
      sums.packetsLost += stat.packetsLost ?? 0;
    });
    // The camera has the most frames; a screen is what comes second.
    sums.screenFrames = videos.sort((a, b) => b - a)[1] ?? 0;
    return sums;
  });
}

/** The states of all connections that the page has made: of ICE and DTLS together. */
export async function connectionStates(page: Page): Promise<RTCPeerConnectionState[]> {
  return page.evaluate(() => window.peers.map((peer) => peer.connectionState));
}
