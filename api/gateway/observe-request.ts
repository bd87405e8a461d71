import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import type { Answer } from '../../contracts/answer.ts';
import { containsCardNumber } from '../../runtime/card-number.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerHistogram } from '../../runtime/metrics.ts';
import { type Begun, codeOf, headersOf } from './answer-error.ts';
import { createClientFinder, type FindClient } from './client-address.ts';
import { type AppliedLimit, tellLimit } from './rate-limits.ts';

/** One request from its first byte to its answer, as log, metrics and audit name it. */
export interface ObservedRequest {
  id: string;
  startedAt: number;
  tenantId: string | null;
  /** The principal's, once it is known. */
  actor: string | null;
  /** Behind proxies of ours the client's, else the peer's. */
  ip: string | null;
  isSecure: boolean;
  /** The limit its sender is nearest to, once it is counted. */
  limit: AppliedLimit | null;
  /** Once its own work is under way: from then on it may have been done, whatever fails. */
  begun: Begun | null;
  /** Goes to the browser with whatever is answered. */
  cookie: string | null;
}

const durations = registerHistogram({
  name: 'redcore_http_request_duration_seconds',
  help: 'Time to answer, by route and status',
  labels: ['method', 'route', 'status'],
});

const findPeer = createClientFinder();

const plainId = /^[\w.-]{1,64}$/;
/** How keys and secrets of ours begin. */
const secretText = /rc_(?:test|live)_|rcs_|whsec_/;

/** A caller's own request id is kept when it is a short plain token, and neither a card number nor a secret: audit rows keep it. */
export function observeRequest(c: Context, findClient: FindClient = findPeer): ObservedRequest {
  const given = c.req.header('x-request-id');
  const usable = given !== undefined && plainId.test(given) && !containsCardNumber(given) && !secretText.test(given);
  return {
    id: usable ? given : randomUUID(),
    startedAt: performance.now(),
    tenantId: null,
    actor: null,
    begun: null,
    cookie: null,
    limit: null,
    ...findClient(c),
  };
}

const series = new Map<string, ReturnType<typeof durations.labels>>();

function seriesOf(method: string, route: string, status: number) {
  const key = `${method} ${route} ${status}`;
  const known = series.get(key);
  if (known) return known;
  const made = durations.labels({ method, route, status: String(status) });
  series.set(key, made);
  return made;
}

/** Writes the access log and counts. `route` is the pattern, never the path with its ids. */
export function recordRequest(
  request: ObservedRequest,
  answer: { status: number; code?: string | undefined; replayed?: boolean | undefined },
  on: { method: string; route: string; logger: Logger },
): void {
  const elapsedMs = performance.now() - request.startedAt;
  const { method, route, logger } = on;
  const { status, code, replayed } = answer;
  seriesOf(method, route, status).observe(elapsedMs / 1_000);
  const durationMs = Math.round(elapsedMs * 10) / 10;
  const { id: requestId, tenantId, ip } = request;
  logger.info({ requestId, method, route, status, code, tenantId, ip, durationMs, replayed }, 'request');
}

/** Records and renders. */
export function finishRequest(
  request: ObservedRequest,
  answer: Answer,
  on: { method: string; route: string; logger: Logger; headers?: Record<string, string> },
): Response {
  const { status, replayed } = answer;
  recordRequest(request, { status, replayed, code: codeOf(answer) }, on);
  const headers = headersOf(answer);
  if (request.limit !== null) tellLimit(headers, request.limit);
  if (on.headers) Object.assign(headers, on.headers);
  headers['x-request-id'] = request.id;
  if (request.cookie !== null) headers['set-cookie'] = request.cookie;
  if (answer.headers) Object.assign(headers, answer.headers);
  const body =
    answer.contentType === undefined
      ? JSON.stringify(answer.body)
      : (answer.body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>);
  return new Response(body, { status: answer.status, headers });
}
