import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

export interface Measured {
  operations: number;
  errors: number;
  seconds: number;
  perSecond: number;
  meanMs: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  /** Of an open loop: how much later than meant calls were sent on average, since the generator shares the cores; in `meanMs`. */
  sentLateMs?: number;
}

export function percentile(sorted: readonly number[], share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return Math.round(value * 10) / 10;
}

export function summarize(latenciesMs: number[], errors: number, seconds: number): Measured {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  return {
    operations: sorted.length,
    errors,
    seconds: Math.round(seconds * 100) / 100,
    perSecond: Math.round((sorted.length / seconds) * 10) / 10,
    meanMs: Math.round((sorted.reduce((sum, ms) => sum + ms, 0) / Math.max(1, sorted.length)) * 10) / 10,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: percentile(sorted, 1),
  };
}

/** `concurrency` callers, each calling again as soon as it is answered. */
export async function closedLoop(
  load: { concurrency: number; seconds: number; operationsMax?: number },
  operate: (index: number) => Promise<boolean>,
): Promise<Measured> {
  const latencies: number[] = [];
  let errors = 0;
  let next = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + load.seconds * 1000;
  const caller = async () => {
    while (performance.now() < endsAt && next < (load.operationsMax ?? Number.POSITIVE_INFINITY)) {
      const index = next++;
      const sentAt = performance.now();
      if (await operate(index)) latencies.push(performance.now() - sentAt);
      else errors += 1;
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, caller));
  return summarize(latencies, errors, (performance.now() - startedAt) / 1000);
}

/** A generator that is behind and only sends would hear no answer until it has caught up, which on busy cores is at the end. */
const turnMsMax = 5;

/** `perSecond` calls at fixed instants; latency counts from the instant a call was meant to be sent, so a stall is not hidden. */
export async function openLoop(
  load: { perSecond: number; seconds: number },
  operate: (index: number) => Promise<boolean>,
): Promise<Measured> {
  const latencies: number[] = [];
  let errors = 0;
  let lateMs = 0;
  let turnAt = performance.now();
  const calls: Promise<void>[] = [];
  const startedAt = performance.now();
  const count = Math.round(load.perSecond * load.seconds);
  for (let index = 0; index < count; index += 1) {
    const meantAt = startedAt + (index * 1000) / load.perSecond;
    const waitMs = meantAt - performance.now();
    const isBehind = waitMs <= 1;
    if (!isBehind || performance.now() - turnAt > turnMsMax) {
      await (isBehind ? nextTurn() : delay(waitMs));
      turnAt = performance.now();
    }
    lateMs += Math.max(0, performance.now() - meantAt);
    calls.push(
      operate(index).then((ok) => {
        if (ok) latencies.push(performance.now() - meantAt);
        else errors += 1;
      }),
    );
  }
  await Promise.all(calls);
  const measured = summarize(latencies, errors, (performance.now() - startedAt) / 1000);
  return { ...measured, sentLateMs: Math.round(lateMs / Math.max(1, count)) };
}

/** Of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below = 0, above = 0] = [sorted[Math.ceil(values.length / 2) - 1], sorted[Math.floor(values.length / 2)]];
  return (below + above) / 2;
}
