import { expect } from 'vitest';
import { createMemoryRateLimiter } from '../../adapters/limits/memory-rate-limiter.ts';
import type { ChargeOutcome, PaymentProvider } from '../../adapters/payments/port.ts';
import { createProviderGates } from '../../billing/attempts/provider-gates.ts';
import type { NextStep } from '../../billing/steps/next-step.ts';
import { takeStep } from '../../billing/steps/take-step.ts';
import type { SubscriptionId } from '../../domain/ids.ts';
import { DAY_MS } from '../../domain/instant.ts';
import { type BillingLife, openLife } from './billing-life.ts';
import { expectInvariants } from './expect-invariants.ts';
import { createSeededRandom } from './seeded-random.ts';

const places = 4;

/**
 * F28. Of two providers one answers nothing for as long as the round lasts. Renewals and creates of the other go on as if nothing
 * were; the slow one holds its places and not one more, the rest is left to its queue or answered 202. Let go, all of it is paid once.
 */
export async function runSlowProviderRound(seed: number): Promise<{ paid: number; queued: number; deferred: number }> {
  const random = createSeededRandom(seed);
  const life = await openLife();
  const slow = slowBeside(life);
  const [renewals, creates] = [6 + random.below(6), 6 + random.below(4)];
  const quickIds = await Promise.all(Array.from({ length: renewals }, async () => (await life.subscribe()).id));
  const slowIds = await Promise.all(Array.from({ length: renewals }, async () => (await life.subscribe()).id));
  await moveTo(life, slowIds, 'slow');
  life.skip(31 * DAY_MS);
  life.context.gates = createProviderGates({
    limitsOf: () => ({ perSecond: 1_000, waiting: places, inLine: places }),
    rates: createMemoryRateLimiter(),
  });
  for (const provider of ['sandbox', 'slow']) life.context.gates.observe(provider, { elapsedMs: 5, failed: false });

  slow.hang();
  const step = (id: SubscriptionId): Promise<NextStep> =>
    takeStep(life.context, { tenantId: life.tenantId, subscriptionId: id }, { chargesInLine: true });
  const slowSteps = slowIds.map(step);
  const customers = await Promise.all(Array.from({ length: creates }, () => life.makeCustomer()));
  await life.owner`update payment_methods set provider = 'slow'
    where tenant_id = ${life.tenantId} and customer_id in ${life.owner(customers.map(({ customerId }) => customerId))}`;
  const slowCreates = customers.map(({ customerId }) => life.subscribe({ customerId }));
  await expect.poll(() => slow.held()).toBe(2 * places);

  // Everybody below is served while the slow provider holds its eight: nothing of this waits for it.
  const quick: NextStep[] = [];
  for (const id of random.shuffle(quickIds)) quick.push(await step(id));
  expect(quick.filter(({ kind }) => kind === 'call')).toEqual([]);
  expect((await life.subscribe()).answer.status).toBe(201);
  expect(slow.held()).toBe(2 * places);

  slow.letGo();
  const [steps, created] = await Promise.all([Promise.all(slowSteps), Promise.all(slowCreates)]);
  const queued = steps.filter(({ kind }) => kind === 'call').length;
  const deferred = created.filter(({ answer }) => answer.status === 202).length;
  expect([queued, deferred]).toEqual([renewals - places, creates - places]);
  await life.settle();
  for (const id of [...quickIds, ...slowIds, ...created.map((one) => one.id)]) {
    expect(await life.sub(id)).toMatchObject({ status: 'active' });
  }
  await expectInvariants(life);
  return { paid: quick.length, queued, deferred };
}

async function moveTo({ owner, tenantId }: BillingLife, ids: readonly SubscriptionId[], provider: string) {
  await owner`update payment_methods m set provider = ${provider} from subscriptions s
    where s.tenant_id = ${tenantId} and s.id in ${owner([...ids])} and m.customer_id = s.customer_id`;
}

/** A second provider with the first one's books, whose answers can be held back. */
function slowBeside(life: BillingLife) {
  const { provider } = life;
  let answering: Promise<void> | null = null;
  let letGo = (): void => undefined;
  let held = 0;
  const charge = async (request: Parameters<PaymentProvider['charge']>[0]): Promise<ChargeOutcome> => {
    if (answering) {
      held += 1;
      await answering;
      held -= 1;
    }
    return provider.charge(request);
  };
  const slow = { name: 'slow', capabilities: provider.capabilities, charge } as unknown as PaymentProvider;
  slow.lookUp = (request) => provider.lookUp(request);
  life.context.provider = (name) => (name === 'slow' ? slow : provider);
  return {
    hang() {
      answering = new Promise((resolve) => {
        letGo = resolve;
      });
    },
    letGo() {
      answering = null;
      letGo();
    },
    held: () => held,
  };
}
