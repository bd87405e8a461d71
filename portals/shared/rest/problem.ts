/** What the REST interface refused, or that it could not be reached: `code` is its stable code, or one of ours. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(input: {
    code: string;
    status: number;
    detail: string;
    requestId?: string | null;
    details?: Record<string, unknown>;
    cause?: unknown;
  }) {
    super(input.detail, { cause: input.cause });
    this.name = 'Problem';
    this.code = input.code;
    this.status = input.status;
    this.requestId = input.requestId ?? null;
    this.details = input.details ?? {};
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** An answer that is no success, whatever its body. */
export function problemFrom(response: Response, body: unknown): Problem {
  const read = isRecord(body) ? body : {};
  const text = (name: string, fallback: string) => (typeof read[name] === 'string' ? read[name] : fallback);
  return new Problem({
    code: text('code', 'internal_error'),
    status: response.status,
    detail: text('detail', response.statusText),
    requestId: response.headers.get('x-request-id'),
    details: read,
  });
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  // `fetch` rejects with a TypeError where no answer came, and with a TimeoutError where it did not come in time.
  const isUnanswered = error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError');
  const code = isUnanswered ? 'unreachable' : 'internal_error';
  return new Problem({ code, status: 0, detail: error instanceof Error ? error.message : String(error), cause: error });
}
