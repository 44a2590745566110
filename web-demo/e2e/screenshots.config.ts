import { defineConfig } from '@playwright/test';
import { ORIGIN, PAGES_PORT } from './screens/origin.ts';
import { chromium } from './support/browsers.ts';

/** Takes every page and state into `screenshots`, which git ignores. */
export default defineConfig({
  testDir: 'screens',
  outputDir: '../test-results/screens',
  workers: 1,
  timeout: 90_000,
  reporter: 'line',
  use: { launchOptions: chromium() },
  webServer: {
    command: `node screens/server.mjs ${PAGES_PORT}`,
    url: `${ORIGIN}/mark.svg`,
    reuseExistingServer: false,
  },
});
