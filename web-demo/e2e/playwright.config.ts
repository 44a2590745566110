import { defineConfig } from '@playwright/test';
import { ORIGIN, PAGES_PORT } from './screens/origin.ts';
import { chromium } from './support/browsers.ts';

/** Calls against the real binary, and every page against fixed answers. */
export default defineConfig({
  outputDir: '../test-results',
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 30_000 },
  reporter: [['list']],
  projects: [
    { name: 'calls', testDir: 'calls' },
    { name: 'pages', testDir: 'screens', use: { launchOptions: chromium() } },
  ],
  webServer: {
    command: `node screens/server.mjs ${PAGES_PORT}`,
    url: `${ORIGIN}/mark.svg`,
    reuseExistingServer: false,
  },
});
