import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LecternServer } from '../support/lectern.ts';
import { expect, test } from './fixtures.ts';

const SECRET = 'a secret of forty-one characters for tests';
const HOUR = 3_600_000;

/** The platform: its people are signed in there already. */
class Platform {
  readonly #server: Server;
  /** Set once the lesson service has given it a key. */
  key = '';
  lectern = '';

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Platform> {
    const platform = new Platform(createServer());
    platform.#server.on('request', (request, response) => {
      const returnTo = new URL(request.url ?? '', 'http://platform').searchParams.get('returnTo');
      const page = new URL(returnTo ?? platform.lectern);
      const signIn = { user: 'jonas', name: 'Jonas Weber', returnTo: page.pathname + page.search };
      void platform
        .post('/api/sign-in-codes', signIn)
        .then(({ url }) => response.writeHead(302, { Location: String(url) }).end());
    });
    platform.#server.listen(0, '127.0.0.1');
    await once(platform.#server, 'listening');
    return platform;
  }

  get login(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/login`;
  }

  async post(path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { Authorization: `Bearer ${this.key}`, 'Content-Type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await fetch(this.lectern + path, request);
    expect(response.status, path).toBe(201);
    return (await response.json()) as Record<string, unknown>;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

test('who opens a lesson is signed in by the platform and comes back to it', async ({
  chromium,
}) => {
  const platform = await Platform.start();
  const settings = { LECTERN_AUTH_SECRET: SECRET, LECTERN_SIGN_IN_URL: platform.login };
  const server = await LecternServer.start(settings, 'serve');
  try {
    platform.lectern = server.ready.api;
    platform.key = execFileSync(
      String(process.env['LECTERN_BIN']),
      ['token', '--sub', 'ada', '--role', 'admin'],
      { env: { ...process.env, LECTERN_AUTH_SECRET: SECRET }, encoding: 'utf8' },
    ).trim();
    const scopes = ['sign-in:write', 'sessions:write'];
    const made = await platform.post('/api/admin/api-keys', { name: 'platform', scopes });
    platform.key = String(made['key']);
    const lesson = await platform.post('/api/sessions', {
      teacher: 'ines',
      student: 'jonas',
      title: 'Talking about the past',
      duration: 50,
      scheduledAt: new Date(Date.now() + 48 * HOUR).toISOString(),
    });
    const page = await chromium.newPage({ baseURL: server.ready.api });

    await page.goto(`/lessons/${String(lesson['id'])}`);
    await expect(page.getByRole('heading', { name: 'Talking about the past' })).toBeVisible();
    expect(page.url()).not.toContain('code');
    const token = await page.evaluate(() => sessionStorage.getItem('lectern.token'));
    expect(token).toMatch(/^ls_/);

    await page.getByRole('button', { name: 'Jonas Weber, your account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible();
    const me = () =>
      fetch(`${server.ready.api}/api/me`, { headers: { Authorization: `Bearer ${token}` } });
    await expect.poll(async () => (await me()).status).toBe(401);

    await page.getByRole('link', { name: 'Sign in' }).click();
    await expect(page.getByRole('heading', { name: 'Talking about the past' })).toBeVisible();
    await page.close();
  } finally {
    await server.stop();
    platform.stop();
  }
});
