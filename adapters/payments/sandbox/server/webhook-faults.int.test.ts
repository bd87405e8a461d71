import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { chargeRequest, newPayer, newTenant } from '../../contract/subject.ts';
import { ProviderError } from '../../provider-error.ts';
import { createSandboxProvider, type SandboxProvider } from '../sandbox-provider.ts';
import { openSandboxSite, type SandboxSite } from '../sandbox-subject.ts';

const secret = 'whsec_c2FuZGJveC1pbnRlZ3JhdGlvbi10ZXN0LXNlY3JldA==';
let site: SandboxSite;
let provider: SandboxProvider;

beforeAll(async () => {
  site = await openSandboxSite(secret);
  provider = createSandboxProvider({ baseUrl: site.url });
});
afterAll(async () => {
  provider.close();
  await site.close();
});

async function control(path: string, body: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${site.url}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(response.ok).toBe(true);
  return (await response.json()) as Record<string, unknown>;
}

function scriptWebhooks(account: string, next: string[]) {
  return control('script', { operation: 'webhook', account, next: next.map((behave) => ({ behave })) });
}

/** An event of this account and of a type nobody knows; returns its id. */
async function tell(account: string): Promise<string> {
  return String((await control('events', { account, type: 'weather.changed', data: { wind: 'west' } })).id);
}

function deliveriesTo(account: string) {
  return site.receiver.received.filter(({ rawBody }) => Buffer.from(rawBody).includes(account));
}

function idsTo(account: string): string[] {
  return deliveriesTo(account).map(({ headers }) => headers['webhook-id'] ?? '');
}

const arrive = (account: string, count: number) =>
  vi.waitFor(() => expect(deliveriesTo(account)).toHaveLength(count), { timeout: 10_000 });

/** What the platform would say to each delivery so far. */
function verdicts(account: string) {
  const parse = (delivery: { headers: Record<string, string>; rawBody: Uint8Array }) =>
    provider.parseWebhook({ ...delivery, secret, settings: {}, now: new Date() }).then(
      () => 'accepted',
      (error: unknown) => (error instanceof ProviderError ? error.code : String(error)),
    );
  return Promise.all(deliveriesTo(account).map(parse));
}

describe('how events are delivered', () => {
  it('ten times: the same event, one id', async () => {
    const account = newTenant();
    await scriptWebhooks(account, ['repeat:10']);
    const id = await tell(account);
    await arrive(account, 10);
    expect(new Set(idsTo(account))).toEqual(new Set([id]));
  });

  it('late', async () => {
    const account = newTenant();
    await scriptWebhooks(account, ['delay:400', 'normal']);
    const [late, soon] = [await tell(account), await tell(account)];
    await arrive(account, 2);
    expect(idsTo(account)).toEqual([soon, late]);
  });

  it('reordered: overtaken by the next event of the account', async () => {
    const account = newTenant();
    await scriptWebhooks(account, ['reorder']);
    const first = await tell(account);
    // Another account's event lets nothing go.
    const stranger = newTenant();
    await tell(stranger);
    await arrive(stranger, 1);
    expect(deliveriesTo(account)).toEqual([]);
    const second = await tell(account);
    await arrive(account, 2);
    expect(idsTo(account)).toEqual([second, first]);
  });

  it('never, and listed all the same', async () => {
    const account = newTenant();
    await scriptWebhooks(account, ['never']);
    const [lost, told] = [await tell(account), await tell(account)];
    await arrive(account, 1);
    expect(idsTo(account)).toEqual([told]);
    const listed = await provider.listEvents({ tenantId: account, since: new Date(0), limit: 10 });
    expect(listed.events.map(({ event }) => event.eventId)).toEqual([lost, told]);
    expect(listed.events[0]?.event).toMatchObject({ type: 'weather.changed', fact: null, accountRef: account });
  });

  it.each(['bad_signature', 'old_timestamp'])('with a %s once, which is refused, then rightly', async (flaw) => {
    const account = newTenant();
    await scriptWebhooks(account, [flaw]);
    site.receiver.failNext(1);
    const id = await tell(account);
    await arrive(account, 2);
    expect(await verdicts(account)).toEqual(['bad_signature', 'accepted']);
    expect(idsTo(account)).toEqual([id, id]);
  });

  it('before the answer of the call that caused it', async () => {
    const payer = await newPayer({ provider });
    await scriptWebhooks(payer.tenantId, ['early']);
    const attemptId = randomUUID();
    const countAtAnswer = await provider
      .charge(chargeRequest(payer, attemptId))
      .then(() => deliveriesTo(payer.tenantId).length);
    expect(countAtAnswer).toBe(1);
    expect(site.receiver.find(attemptId)).toBeDefined();
  });

  it('for a charge decided in its answer only where somebody asked', async () => {
    const payer = await newPayer({ provider });
    await provider.charge(chargeRequest(payer, 'quiet'));
    await scriptWebhooks(payer.tenantId, ['normal']);
    await provider.charge(chargeRequest(payer, 'told'));
    await arrive(payer.tenantId, 1);
    const { events } = await provider.listEvents({ tenantId: payer.tenantId, since: new Date(0), limit: 10 });
    expect(events.map(({ event }) => event.fact)).toMatchObject([{ attemptId: 'told' }]);
  });
});

describe('odds', () => {
  async function drawn(seed: number, probabilities: Record<string, number>, count = 60): Promise<string[]> {
    const payer = await newPayer({ provider });
    await control('odds', { account: payer.tenantId, seed, probabilities });
    const outcomes: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const outcome = await provider.charge(chargeRequest(payer)).catch((error: unknown) => error as ProviderError);
      outcomes.push('code' in outcome ? outcome.code : outcome.kind);
    }
    return outcomes;
  }
  const odds = { 'decline:stolen_card': 0.3, error_after: 0.2 };

  it('come the same for the same seed, otherwise for another, and about as often as they say', async () => {
    const first = await drawn(7, odds);
    expect(await drawn(7, odds)).toEqual(first);
    expect(await drawn(8, odds)).not.toEqual(first);
    const countOf = (code: string) => first.filter((outcome) => outcome === code).length;
    expect(countOf('stolen_card')).toBeGreaterThan(8);
    expect(countOf('internal_error')).toBeGreaterThan(4);
    expect(countOf('succeeded')).toBeGreaterThan(20);
    expect(countOf('stolen_card') + countOf('internal_error') + countOf('succeeded')).toBe(60);
  });

  it('of nothing take the rule back', async () => {
    expect(new Set(await drawn(7, {}, 5))).toEqual(new Set(['succeeded']));
  });

  it('hold for webhooks too, of accounts that have none of their own', async () => {
    const account = newTenant();
    await control('odds', { operation: 'webhook', account, seed: 1, probabilities: { 'repeat:3': 1 } });
    const id = await tell(account);
    await arrive(account, 3);
    expect(new Set(idsTo(account))).toEqual(new Set([id]));
  });
});

describe('old events', () => {
  it('are forgotten after thirty days', async () => {
    const account = newTenant();
    await control('clock', { offset_ms: -31 * 86_400_000 });
    try {
      await tell(account);
    } finally {
      await control('clock', { offset_ms: 0 });
    }
    await tell(account);
    await arrive(account, 2);
    await site.restart();
    provider.close();
    provider = createSandboxProvider({ baseUrl: site.url });
    await expect
      .poll(
        async () => (await provider.listEvents({ tenantId: account, since: new Date(0), limit: 10 })).events.length,
        { timeout: 10_000 },
      )
      .toBe(1);
  });
});
