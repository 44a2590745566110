import type { Browser, Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { LecternServer } from '../support/lectern.ts';
import { enterRoom, leaveRoom, signIn } from '../support/lesson.ts';
import { type Direction, freeUdpPort, HandshakeLoss, LossyRelay } from '../support/loss.ts';
import { connectionStates } from '../support/media.ts';

/** A whole handshake has fewer datagrams in a direction. */
const MOST_DATAGRAMS = 12;

test('each datagram of the handshake may be lost once', async ({ chromium, firefox }) => {
  test.setTimeout(420_000);
  const port = await freeUdpPort();
  const loss = new HandshakeLoss();
  const relay = await LossyRelay.open({ serverPort: port, loses: loss.loses });
  const server = await LecternServer.start({
    LECTERN_MEDIA_LISTEN: `0.0.0.0:${port}`,
    LECTERN_MEDIA_WORKERS: '1',
    LECTERN_MEDIA_ADVERTISE: relay.address,
  });
  try {
    await joinOverAndOver(chromium, server.ready.api, loss);
    await joinOverAndOver(firefox, server.ready.api, loss);
  } finally {
    await server.stop();
    relay.close();
  }
});

/** Joins once without loss, and then once for each datagram that this took. */
async function joinOverAndOver(browser: Browser, api: string, loss: HandshakeLoss): Promise<void> {
  const page = await signIn(browser, api, 'Jonas');
  const id = await nextLesson(page);
  const join = async (direction?: Direction, nth?: number) => {
    loss.arm(direction, nth);
    await enterRoom(page, id);
    // By the very first connection, not by one that took its place.
    await expect.poll(() => connectionStates(page), { intervals: [50] }).toEqual(['connected']);
    const { counts } = loss;
    await leaveRoom(page);
    return counts;
  };
  const whole = await join();
  expect(whole.up).toBeGreaterThan(1);
  expect(whole.down).toBeGreaterThan(1);
  for (const direction of ['up', 'down'] as const) {
    expect(whole[direction]).toBeLessThanOrEqual(MOST_DATAGRAMS);
    for (let nth = 1; nth <= whole[direction]; nth += 1) {
      const name = browser.browserType().name();
      await test.step(`${name}: ${direction}, datagram ${nth}`, async () => {
        await join(direction, nth);
        expect(loss.dropped).toBe(1);
      });
    }
  }
  await page.context().close();
}

/** The demo's Jonas has a lesson whose room is open already. */
async function nextLesson(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${sessionStorage.getItem('lectern.token')}` };
    const answer = await fetch('/api/sessions?status=scheduled', { headers });
    const { items } = (await answer.json()) as { items: { id: string; scheduledAt: string }[] };
    const [next] = items.sort((a, b) => Date.parse(a.scheduledAt) - Date.parse(b.scheduledAt));
    if (!next) throw new Error('Jonas has no lesson');
    return next.id;
  });
}
