import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { newId } from '../db/new-id.ts';
import { findViolations } from '../db/queries/invariants.ts';
import type { RoleProcess } from '../stack/roles.ts';
import { openRelayUnderTest, type RelayUnderTest } from './support/relay-process.ts';
import { createSeededRandom } from './support/seeded-random.ts';
import { stackEnv } from './support/stack-env.ts';

const rounds = 50;
const within = { timeout: 60_000, interval: 50 };
const random = createSeededRandom(Number(stackEnv().seed));

let under: RelayUnderTest;
beforeAll(async () => {
  console.log(`seed ${stackEnv().seed}`);
  under = await openRelayUnderTest();
});
afterAll(() => under?.close());

const oneTo = (most: number) => 1 + random.below(most);

function someRows() {
  const keys = Array.from({ length: oneTo(12) }, () => newId('subscription'));
  return keys.flatMap((key) => Array.from({ length: oneTo(4) }, (_, index) => under.rowOf(key, index + 1)));
}

/** Nothing waits, and no number of a subscription is missing or there twice. The rows are of subscriptions that are nowhere else. */
async function expectNoViolation(): Promise<void> {
  const violations = await findViolations(under.owner, { tenantId: under.tenantId, toleratedMs: 0 });
  expect(violations.filter(({ invariant }) => invariant !== 'I12')).toEqual([]);
}

it(`F11: killed ${rounds} times between acknowledgement and mark, a relay repeats, and loses and reorders nothing`, async () => {
  let relay: RoleProcess | null = null;
  for (let round = 0; round < rounds; round += 1) {
    const rows = someRows();
    relay = await under.killBeforeMark(relay, rows);
    expect(await under.unpublished()).toBe(rows.length);
    await relay.restart();
    await vi.waitFor(async () => expect(await under.unpublished()).toBe(0), within);
    const deliveries = () => {
      const ids = new Set<string>(rows.map(({ id }) => id));
      return under.collected.deliveries.filter(({ id }) => ids.has(id));
    };
    await vi.waitFor(() => expect(deliveries()).toHaveLength(rows.length * 2), within);
    for (const [key, events] of Map.groupBy(deliveries(), (event) => event.subscription_id)) {
      const sequences = events.map(({ sequence }) => sequence);
      const once = rows.filter(({ messageKey }) => messageKey === key).map(({ sequence }) => sequence);
      expect(sequences).toEqual([...once, ...once]);
    }
    await under.kill(relay);
  }
  await expectNoViolation();
});

it(`F12: ${rounds} times a row whose transaction stays open while later ones are published is published, too`, async () => {
  const relay = await under.start();
  const arrived = (id: string) => under.collected.distinct().some((event) => event.id === id);
  for (let round = 0; round < rounds; round += 1) {
    const early = under.rowOf(newId('subscription'), 1);
    const later = Array.from({ length: oneTo(5) }, () => under.rowOf(newId('subscription'), 1));
    await under.owner.begin(async (tx) => {
      await tx`insert into outbox ${tx(early as never)}`;
      await under.app.begin(async (other) => {
        await other`select set_config('app.tenant_id', ${under.tenantId}, true)`;
        await other`insert into outbox ${other(later as never)}`;
      });
      await vi.waitFor(() => expect(later.every(({ id }) => arrived(id))).toBe(true), within);
      expect(arrived(early.id)).toBe(false);
    });
    await vi.waitFor(() => expect(arrived(early.id)).toBe(true), within);
  }
  await relay.stop();
  await expectNoViolation();
});
