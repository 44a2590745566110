import { describe, expect, it } from 'vitest';
import { type ServerEvent, serverEvents } from '../src/rest/events.ts';
import { Lectern } from '../src/rest/lectern.ts';
import { watchNotices } from '../src/rest/notices.ts';
import { ProblemError } from '../src/rest/problem.ts';

const encoder = new TextEncoder();

/** A stream of these pieces, which then ends or goes on in silence. */
function stream(pieces: string[], end = true): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(encoder.encode(piece));
      if (end) controller.close();
    },
  });
}

async function read(pieces: string[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  for await (const event of serverEvents(stream(pieces))) events.push(event);
  return events;
}

const notice = (id: string) => `event: notice\nid: ${id}\ndata: {"id":"${id}"}\n\n`;

describe('events', () => {
  it('are read across the pieces that they come in', async () => {
    const whole = ': here\n\nretry: 2000\nevent: unread\ndata: {"unread":1}\n\n' + notice('é');
    const expected = [
      { event: 'unread', id: null, data: '{"unread":1}' },
      { event: 'notice', id: 'é', data: '{"id":"é"}' },
    ];
    expect(await read([whole])).toEqual(expected);
    expect(await read([...whole])).toEqual(expected);
    expect(await read([whole.replaceAll('\n', '\r\n')])).toEqual(expected);
  });

  it('have several lines, and no end that was not sent', async () => {
    expect(await read(['data: a\ndata:b\n\ndata: c'])).toEqual([
      { event: 'message', id: null, data: 'a\nb' },
    ]);
  });
});

const PATIENCE = { first: 1, longest: 2, silence: 60 };

describe('a watch', () => {
  it('goes on after the last notice, whatever ended the stream', async () => {
    const watch = new AbortController();
    const asked: (string | null)[] = [];
    const told: string[] = [];
    const streams = [
      () => stream([notice('1'), notice('2')]),
      () => {
        throw new ProblemError(503, { code: 'unavailable' } as never);
      },
      () => stream([notice('3')], false),
      () => stream([notice('4')], false),
    ];
    const open = async (after: string | null) => {
      asked.push(after);
      const next = streams.shift();
      if (!next) throw new Error('nothing more');
      return next();
    };
    const onNotice = ({ id }: { id: string }) => {
      told.push(id);
      if (id === '4') watch.abort();
    };
    await watchNotices(open, { signal: watch.signal, onNotice, after: '0' }, PATIENCE);
    expect(told).toEqual(['1', '2', '3', '4']);
    expect(asked).toEqual(['0', '2', '2', '3']);
  });

  it('ends where there is nothing to watch', async () => {
    const signal = new AbortController().signal;
    const open = () => Promise.reject(new ProblemError(404, { code: 'not_found' } as never));
    await watchNotices(open, { signal }, PATIENCE);
  });

  it('asks as the caller', async () => {
    const watch = new AbortController();
    const asked: Request[] = [];
    const lectern = new Lectern({
      baseUrl: 'https://lectern.example',
      token: () => 'jwt',
      fetch: async (request) => {
        asked.push(request);
        const headers = { 'Content-Type': 'text/event-stream' };
        return new Response(stream(['event: unread\ndata: {"unread":3}\n\n']), { headers });
      },
    });
    const unread = await new Promise((resolve) => {
      void lectern.watchNotices({ signal: watch.signal, onUnread: resolve, after: 'n1' });
    });
    watch.abort();
    expect(unread).toBe(3);
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer jwt');
    expect(asked[0]?.headers.get('last-event-id')).toBe('n1');
  });
});
