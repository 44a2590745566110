import { defineConfig } from '@playwright/test';
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
    command: 'node screens/server.mjs 4173',
    url: 'http://127.0.0.1:4173/mark.svg',
    reuseExistingServer: false,
  },
});
