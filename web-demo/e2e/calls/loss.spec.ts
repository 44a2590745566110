import { expect, test } from './fixtures.ts';
import { LecternServer } from '../support/lectern.ts';
import { bookSoon, enterRoom, signIn } from '../support/lesson.ts';
import { freeUdpPort, LossyRelay, randomLoss } from '../support/loss.ts';
import { mediaStats } from '../support/media.ts';

const LOSS = 0.05;
/**
 * Senders lower their rate under loss, and two browsers with an encoder each
 * share this machine's cores: that media goes on counts here, not how fast.
 */
const PATIENCE = { timeout: 90_000 };
const SEED = Number(process.env['LOSS_SEED'] ?? 20_261_124);

test('Chromium and Firefox meet over a lossy network', async ({ chromium, firefox }) => {
  test.setTimeout(420_000);
  test.info().annotations.push({ type: 'seed', description: String(SEED) });
  const port = await freeUdpPort();
  const relay = await LossyRelay.open({ serverPort: port, loses: randomLoss(LOSS, SEED) });
  const server = await LecternServer.start({
    LECTERN_MEDIA_LISTEN: `0.0.0.0:${port}`,
    LECTERN_MEDIA_WORKERS: '1',
    LECTERN_MEDIA_ADVERTISE: relay.address,
  });
  try {
    const student = await signIn(chromium, server.ready.api, 'Tom Becker');
    const teacher = await signIn(firefox, server.ready.api, 'Daniel Okafor');
    const id = await bookSoon(student, 'Daniel Okafor', 'Noise');
    await enterRoom(teacher, id);
    await enterRoom(student, id);

    for (const page of [student, teacher]) {
      const frames = async () => (await mediaStats(page)).framesDecoded;
      await expect.poll(frames, PATIENCE).toBeGreaterThan(100);
      await expect.poll(async () => (await mediaStats(page)).totalAudioEnergy).toBeGreaterThan(0);
      await expect.poll(async () => (await mediaStats(page)).nackCount).toBeGreaterThan(0);
      const before = await frames();
      await expect.poll(frames, PATIENCE).toBeGreaterThan(before + 100);
    }
    // Chromium counts what RTX brought back; Firefox counts what it asked for.
    await expect
      .poll(async () => (await mediaStats(student)).retransmittedPacketsReceived)
      .toBeGreaterThan(0);
    expect(relay.counts.dropped).toBeGreaterThan(0);
  } finally {
    await server.stop();
    relay.close();
  }
});
