import type { IncomingWebhook } from '../../pipelines/webhooks/receive-webhook.ts';

export interface Accepted {
  /** One per answered 2xx, in milliseconds from the instant it was meant to be sent. */
  latenciesMs: number[];
  /** Ids of the notifications that were answered 2xx. */
  eventIds: string[];
  /** Every other answer. */
  refused: number[];
}

/** Posts at a fixed rate until `signal` says stop, whatever the answers; resolves once the last one is there. */
export async function postSteadily(
  url: string,
  options: { perSecond: number; signal: AbortSignal; make: (index: number) => IncomingWebhook },
): Promise<Accepted> {
  const accepted: Accepted = { latenciesMs: [], eventIds: [], refused: [] };
  const posts: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; !options.signal.aborted; index += 1) {
    const meantAt = startedAt + (index * 1_000) / options.perSecond;
    const waitMs = meantAt - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    posts.push(postOne(url, options.make(index), { accepted, meantAt }));
  }
  await Promise.all(posts);
  return accepted;
}

async function postOne(
  url: string,
  { provider, headers, rawBody }: IncomingWebhook,
  into: { accepted: Accepted; meantAt: number },
): Promise<void> {
  const { accepted, meantAt } = into;
  const response = await fetch(`${url}/webhooks/${provider}`, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: new Uint8Array(rawBody),
  });
  await response.body?.cancel();
  if (!response.ok) {
    accepted.refused.push(response.status);
    return;
  }
  accepted.latenciesMs.push(performance.now() - meantAt);
  accepted.eventIds.push(headers['webhook-id'] ?? '');
}

export function p99Of(latenciesMs: readonly number[]): number {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
}
