/** What a call answers, as stored under its idempotency key and as sent. */
export interface Answer {
  status: number;
  body: unknown;
  replayed?: boolean;
  /** Of a body that is bytes or a stream of them; every other is JSON. Such an answer is never stored. */
  contentType?: string;
  /** It may have been done, and nothing tells a repetition apart: no `Retry-After`. Never stored. */
  mayNotRepeat?: true;
  /** Beside those of its kind. Never stored. */
  headers?: Readonly<Record<string, string>>;
}
