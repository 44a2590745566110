import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * The port of the server of built pages. The first process finds a free one;
 * those that it starts are told by the environment.
 */
process.env['PAGES_PORT'] ??= String(await freePort());

export const PAGES_PORT = process.env['PAGES_PORT'];
export const ORIGIN = `http://127.0.0.1:${PAGES_PORT}`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('a TCP port has a number');
  return address.port;
}
