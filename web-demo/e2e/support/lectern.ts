import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What the server writes when it is ready. */
interface Ready {
  api: string;
  metrics: string;
  media: string[];
  pid: number;
}

/** How long a first start may take: it makes a database cluster. */
const START_LIMIT = 120_000;
const STOP_LIMIT = 30_000;
/** Lines of the server's log that a failure shows. */
const LOG_LINES = 60;

/** The real binary, with a database of its own. */
export class LecternServer {
  readonly ready: Ready;
  readonly #process: ChildProcess;
  readonly #folder: string;

  private constructor(ready: Ready, process: ChildProcess, folder: string) {
    this.ready = ready;
    this.#process = process;
    this.#folder = folder;
  }

  static async start(
    settings: Record<string, string> = {},
    command: 'demo' | 'serve' = 'demo',
  ): Promise<LecternServer> {
    const binary = process.env['LECTERN_BIN'];
    if (!binary) throw new Error('LECTERN_BIN names the lectern binary to test');
    const folder = mkdtempSync(join(tmpdir(), 'lectern-e2e-'));
    const readyFile = join(folder, 'ready.json');
    const child = spawn(binary, [command, '--ready-file', readyFile], {
      env: {
        ...process.env,
        LECTERN_LISTEN: '127.0.0.1:0',
        LECTERN_METRICS_LISTEN: '127.0.0.1:0',
        LECTERN_MEDIA_LISTEN: '0.0.0.0:0',
        LECTERN_DATA_DIR: join(folder, 'data'),
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        log.push(...text.split('\n'));
        log.splice(0, log.length - LOG_LINES);
      });
    }
    try {
      const ready = await written(folder, readyFile, child);
      return new LecternServer(ready, child, folder);
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`${String(error)}\n${log.join('\n')}`, { cause: error });
    }
  }

  /** Stops it as Ctrl-C would, and takes its data away. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const late = AbortSignal.timeout(STOP_LIMIT);
      await Promise.race([gone, once(late, 'abort')]);
      if (late.aborted) {
        this.#process.kill('SIGKILL');
        throw new Error('The server did not stop when it was asked to');
      }
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Waits for the ready file, or for the process to give up. */
async function written(folder: string, file: string, child: ChildProcess): Promise<Ready> {
  const stop = new AbortController();
  try {
    return await new Promise<Ready>((resolve, reject) => {
      const look = () => {
        if (!existsSync(file)) return;
        const text = readFileSync(file, 'utf8');
        if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text) as Ready);
      };
      const late = AbortSignal.any([stop.signal, AbortSignal.timeout(START_LIMIT)]);
      late.addEventListener('abort', () => reject(new Error('The server was not ready in time')));
      child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
      child.once('error', reject);
      watch(folder, { signal: stop.signal }, look);
      look();
    });
  } finally {
    stop.abort();
  }
}
