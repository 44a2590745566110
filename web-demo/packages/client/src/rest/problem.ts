import type { Problem } from './types.ts';

/** The request was answered, and the answer is no (RFC 9457). Branch on `code`. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  readonly problem: Problem;
  /** Seconds to wait, where the server said so. */
  readonly retryAfter: number | null;

  constructor(status: number, problem: Problem, retryAfter: number | null = null) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = problem.code;
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** What to quote when asking for help: the server's correlation id. */
  get reference(): string | null {
    return this.problem.requestId ?? null;
  }
}

/** The request was never answered: no network, or no server. */
export class OfflineError extends Error {
  override readonly name = 'OfflineError';

  constructor(cause: unknown) {
    super('The server could not be reached.', { cause });
  }
}

/** Reads a problem out of any answer, also one that a proxy in between made. */
export function toProblem(response: Response, body: unknown): ProblemError {
  const given = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  const code = given.code ?? codeOf(response.status);
  const requestId = given.requestId ?? response.headers.get('x-request-id') ?? undefined;
  const wait = Number(response.headers.get('retry-after') ?? NaN);
  const problem: Problem = { ...given, code, ...(requestId ? { requestId } : {}) };
  return new ProblemError(response.status, problem, Number.isFinite(wait) ? wait : null);
}

function codeOf(status: number): string {
  if (status === 401) return 'unauthenticated';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not_found';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'unavailable' : 'failed';
}
