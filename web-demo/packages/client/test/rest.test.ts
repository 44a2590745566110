import { describe, expect, it } from 'vitest';
import { Lectern } from '../src/rest/lectern.ts';
import { OfflineError, ProblemError } from '../src/rest/problem.ts';

/** A server that answers everything the same way and remembers what was asked. */
function server(answer: () => Response) {
  const asked: Request[] = [];
  const lectern = new Lectern({
    baseUrl: 'https://lectern.example',
    token: () => 'jwt',
    fetch: async (request) => {
      asked.push(request);
      return answer();
    },
  });
  return { lectern, asked };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
  });

describe('requests', () => {
  it('carry the token, and the version as an entity tag', async () => {
    const { lectern, asked } = server(() => json(200, { id: 'x' }));
    await lectern.update('x', 3, { title: 'New' });
    expect(asked[0]?.method).toBe('PUT');
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer jwt');
    expect(asked[0]?.headers.get('if-match')).toBe('"3"');
    expect(await asked[0]?.json()).toEqual({ title: 'New' });
  });

  it('carry one key for one intent', async () => {
    const { lectern, asked } = server(() => json(201, { id: 'x' }));
    await lectern.book({ teacher: 't', title: 'Waves', duration: 50 }, 'key');
    expect(asked[0]?.headers.get('idempotency-key')).toBe('key');
  });

  it('follow cursors until the end', async () => {
    let pages = 0;
    const { lectern, asked } = server(() => {
      pages += 1;
      return json(200, {
        items: [{ id: String(pages) }],
        nextCursor: pages < 3 ? `c${pages}` : null,
      });
    });
    const all = await lectern.allSessions({ status: 'scheduled' });
    expect(all.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(new URL(asked[2]?.url ?? '').searchParams.get('cursor')).toBe('c2');
  });
});

describe('refusals', () => {
  it('keep the code and the reference', async () => {
    const { lectern } = server(() =>
      json(409, { code: 'slot_taken', detail: 'Gone.', requestId: 'r-1' }),
    );
    const error = await lectern.session('x').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ status: 409, code: 'slot_taken', reference: 'r-1' });
  });

  it('are understood also when a proxy made them', async () => {
    const page = new Response('<h1>Bad gateway</h1>', {
      status: 502,
      headers: { 'Retry-After': '7', 'X-Request-Id': 'p-2' },
    });
    const { lectern } = server(() => page);
    const error = await lectern.me().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', retryAfter: 7, reference: 'p-2' });
  });

  it('differ from silence', async () => {
    const { lectern } = server(() => {
      throw new TypeError('Failed to fetch');
    });
    await expect(lectern.me()).rejects.toBeInstanceOf(OfflineError);
  });
});
