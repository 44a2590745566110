import {
  type Browser,
  chromium as chromiumType,
  firefox as firefoxType,
  test as base,
} from '@playwright/test';
import { chromium, firefox } from '../support/browsers.ts';
import { LecternServer } from '../support/lectern.ts';

interface Each {
  /** A server of the test's own, with the demo's lessons untouched. */
  server: LecternServer;
}

interface Workers {
  chromium: Browser;
  firefox: Browser;
}

/** Tests against the real binary, with the browsers that people have. */
export const test = base.extend<Each, Workers>({
  server: [
    async ({}, use) => {
      const server = await LecternServer.start();
      await use(server);
      await server.stop();
    },
    { timeout: 180_000 },
  ],
  chromium: [
    async ({}, use) => {
      const browser = await chromiumType.launch(chromium());
      await use(browser);
      await browser.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  firefox: [
    async ({}, use) => {
      const browser = await firefoxType.launch(firefox());
      await use(browser);
      await browser.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});

export { expect } from '@playwright/test';
