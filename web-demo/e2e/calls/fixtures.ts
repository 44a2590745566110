import {
  type Browser,
  chromium as chromiumType,
  firefox as firefoxType,
  test as base,
} from '@playwright/test';
import { chromium, firefox } from '../support/browsers.ts';
import { LecternServer } from '../support/lectern.ts';

interface Workers {
  server: LecternServer;
  chromium: Browser;
  firefox: Browser;
}

/** Tests against the real binary, with the browsers that people have. */
export const test = base.extend<object, Workers>({
  server: [
    async ({}, use) => {
      const server = await LecternServer.start();
      await use(server);
      await server.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  chromium: [
    async ({}, use) => {
      const browser = await chromiumType.launch(
        chromium(
          '--auto-select-desktop-capture-source=Entire screen',
          '--use-fake-ui-for-media-stream',
        ),
      );
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
