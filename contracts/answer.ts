/** What a call answers, as stored under its idempotency key and as sent. */
export interface Answer {
  status: number;
  body: unknown;
  replayed?: boolean;
}
