/** A server-sent event (HTML, section 9.2.6). */
export interface ServerEvent {
  event: string;
  id: string | null;
  data: string;
}

/** The longest event that is read; a server that says more is not ours. */
const LONGEST = 1_000_000;

/**
 * Reads events as their bytes come, until the signal. `heard` is called with whatever comes,
 * comments too.
 */
export async function* serverEvents(
  bytes: ReadableStream<Uint8Array>,
  signal?: AbortSignal,
  heard: () => void = () => {},
): AsyncGenerator<ServerEvent> {
  const reader = bytes.getReader();
  const stop = () => void reader.cancel().catch(() => {});
  signal?.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal?.aborted) return;
      heard();
      text += decoder.decode(value, { stream: true });
      const parts = text.split(/\r?\n\r?\n/);
      text = parts.pop() ?? '';
      if (text.length > LONGEST) throw new Error('An event is too long.');
      for (const part of parts) {
        const event = parse(part);
        if (event) yield event;
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}

/** An event; nothing, where there are only comments. */
function parse(text: string): ServerEvent | null {
  const found: ServerEvent = { event: 'message', id: null, data: '' };
  const data: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const [, field, value = ''] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'data') data.push(value);
    if (field === 'event') found.event = value;
    if (field === 'id') found.id = value;
  }
  return data.length === 0 ? null : { ...found, data: data.join('\n') };
}
