import { refOf, rowIdOf } from '../../domain/workflow-ref.ts';
import type { EngineStart, SubscriptionEngine } from './port.ts';

export interface StartedEach {
  started: number;
  /** The engine knew a workflow of that name, open or closed: it was woken, which starts a closed one again. */
  woken: number;
  failed: { id: string; error: unknown }[];
}

/** Starts a workflow for every row given, a few at a time. Repeating it is harmless; listing the rows is the caller's work. */
export async function startEach(
  engine: SubscriptionEngine,
  rows: AsyncIterable<EngineStart> | Iterable<EngineStart>,
  options: { concurrency: number },
): Promise<StartedEach> {
  const result: StartedEach = { started: 0, woken: 0, failed: [] };

  async function startOne(row: EngineStart): Promise<void> {
    try {
      if ((await engine.start(row)) === 'started') {
        result.started += 1;
        return;
      }
      await engine.wake(refOf(row));
      result.woken += 1;
    } catch (error) {
      result.failed.push({ id: rowIdOf(row), error });
    }
  }

  const inFlight = new Set<Promise<void>>();
  for await (const row of rows) {
    const one = startOne(row).finally(() => inFlight.delete(one));
    inFlight.add(one);
    if (inFlight.size >= options.concurrency) await Promise.race(inFlight);
  }
  await Promise.all(inFlight);
  return result;
}
