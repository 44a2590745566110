import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { LaunchOptions } from '@playwright/test';

/** Flags that give a headless Chromium a camera, a microphone and no questions. */
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
];

/** Debian's Chromium, or the one that `CHROMIUM` names. */
export function chromium(...flags: string[]): LaunchOptions {
  return {
    executablePath:
      process.env['CHROMIUM'] ?? find('chromium', 'chromium-browser', 'google-chrome'),
    args: [...CHROMIUM_FLAGS, ...flags],
  };
}

/** Firefox ESR with fake devices, or the one that `FIREFOX` names. */
export function firefox(): LaunchOptions {
  return {
    channel: 'moz-firefox',
    executablePath: process.env['FIREFOX'] ?? find('firefox-esr', 'firefox'),
    firefoxUserPrefs: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.autoplay.default': 0,
    },
  };
}

function find(...names: string[]): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not here; the next folder may have it.
      }
    }
  }
  throw new Error(`None of ${names.join(', ')} is on the PATH`);
}
