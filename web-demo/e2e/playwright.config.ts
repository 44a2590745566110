import { defineConfig } from '@playwright/test';
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
    command: 'node screens/server.mjs 4173',
    url: 'http://127.0.0.1:4173/mark.svg',
    reuseExistingServer: false,
  },
});
