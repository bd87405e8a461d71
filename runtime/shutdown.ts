import { loadParentPid } from './config.ts';
import { markDraining } from './health.ts';
import type { Logger } from './logger.ts';

// In this order: no new work, then what is in flight, then connections, then what others look at.
const phases = ['stop-accepting', 'drain', 'close', 'last'] as const;

export type ShutdownPhase = (typeof phases)[number];

type Step = { phase: ShutdownPhase; name: string; run: () => unknown };

const steps: Step[] = [];
const parentPollMs = 500;

export function onShutdown(phase: ShutdownPhase, name: string, run: Step['run']): void {
  steps.push({ phase, name, run });
}

async function runPhase(phase: ShutdownPhase, logger: Logger): Promise<boolean> {
  const due = steps.filter((step) => step.phase === phase);
  const results = await Promise.allSettled(due.map(async (step) => step.run()));
  results.forEach((result, index) => {
    if (result.status === 'rejected')
      logger.error({ err: result.reason, step: due[index]?.name }, 'shutdown step failed');
  });
  return results.every((result) => result.status === 'fulfilled');
}

export async function runShutdown(logger: Logger): Promise<boolean> {
  markDraining();
  let clean = true;
  for (const phase of phases) clean = (await runPhase(phase, logger)) && clean;
  return clean;
}

function parentIsGone(parentPid: number, isDirectParent: boolean): boolean {
  if (isDirectParent) return process.ppid !== parentPid;
  try {
    process.kill(parentPid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

export function watchParent(onGone: () => void): void {
  process.once('disconnect', onGone);
  const parentPid = loadParentPid();
  if (parentPid === undefined) return;
  const isDirectParent = process.ppid === parentPid;
  const timer = setInterval(() => {
    if (!parentIsGone(parentPid, isDirectParent)) return;
    clearInterval(timer);
    onGone();
  }, parentPollMs);
  timer.unref();
}

/** Bounded: what has not drained by `drainTimeoutMs` is cut off, as a crash would; a second signal cuts at once. */
export function installShutdown(options: { logger: Logger; drainTimeoutMs?: number }): void {
  const { logger, drainTimeoutMs = 20_000 } = options;
  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) {
      if (reason === 'SIGINT' || reason === 'SIGTERM') process.exit(1);
      return;
    }
    stopping = true;
    logger.info({ reason }, 'shutting down');
    setTimeout(() => {
      logger.error({ drainTimeoutMs }, 'shutdown did not finish in time');
      process.exit(1);
    }, drainTimeoutMs).unref();
    runShutdown(logger).then(
      (clean) => process.exit(clean ? 0 : 1),
      (error: unknown) => {
        logger.error({ err: error }, 'shutdown failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  watchParent(() => stop('the parent process is gone'));
}
