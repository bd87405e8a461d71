import type { EngineStart } from '../adapters/engine/port.ts';
import { startEach } from '../adapters/engine/start-each.ts';
import { ensureReconcilerSchedule } from '../adapters/engine/temporal/reconciler-schedule.ts';
import { createTemporalEngine } from '../adapters/engine/temporal/temporal-engine.ts';
import { openDatabase, type Sql } from '../db/database.ts';
import { pagePending, refOfRow } from '../db/queries/outside-facts.ts';
import { readStart } from '../pipelines/deliver-wake.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { connectTemporal } from '../runtime/temporal-connection.ts';
import { billingTaskQueue } from '../workers/platform-parts.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';

const pageSize = 500;
// A start costs the server some 4 ms of one core; what waits behind it is only memory.
const startsInFlightMax = 16;

/** What every workflow is started with, from the rows as they are when their turn comes. */
async function* readStarts(owner: Sql): AsyncGenerator<EngineStart> {
  let read = 0;
  for (let after = { tenantId: '', id: '' }; ; ) {
    const page = await pagePending(owner, after, pageSize);
    for (const ref of page.map(refOfRow)) {
      const start = await readStart({ sql: owner }, ref);
      if (start !== null) yield start;
    }
    read += page.length;
    console.log(`… ${read} rows with something pending read`);
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = last;
  }
}

/** After the engine's store is lost: its schedule, and one workflow for every subscription, payment and refund with something pending. Repeatable. */
async function rebuild(): Promise<number> {
  const { databaseUrl, temporalAddress, temporalNamespace } = findPlatform();
  const owner = openDatabase(databaseUrl, { max: 4, name: 'redcore-rebuild', readsEverything: true });
  const temporal = await connectTemporal({ address: temporalAddress, namespace: temporalNamespace });
  try {
    const engine = createTemporalEngine({ client: temporal.client, taskQueue: billingTaskQueue });
    await ensureReconcilerSchedule({ client: temporal.client, taskQueue: billingTaskQueue });
    const { started, woken, failed } = await startEach(engine, readStarts(owner), { concurrency: startsInFlightMax });
    for (const { id, error } of failed) console.log(`${id} failed: ${describeError(error)}`);
    console.log(`${started} workflows started, ${woken} were there and are woken, ${failed.length} failed`);
    return failed.length === 0 ? 0 : 1;
  } finally {
    await temporal.close();
    await owner.end({ timeout: 5 });
  }
}

try {
  assertEnvironment();
  process.exitCode = await rebuild();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
