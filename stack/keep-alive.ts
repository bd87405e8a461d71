import { describeError } from './describe-error.ts';
import { describeDeath } from './local-stack.ts';
import type { ProcessDeath } from './supervised-process.ts';

type Restartable = { name: string; restart(): Promise<void> };

const deathCountMax = 5;
const windowMs = 60_000;

/** Says which process died and starts it again; one that keeps dying ends everything. */
export function keepAlive(options: {
  find: (name: string) => Restartable | undefined;
  onProgress: (line: string) => void;
  onGivenUp: (sentence: string) => void;
}): (death: ProcessDeath) => void {
  const { find, onProgress, onGivenUp } = options;
  const deaths = new Map<string, number[]>();
  return (death) => {
    const now = performance.now();
    const recent = [...(deaths.get(death.name) ?? []), now].filter((at) => now - at < windowMs);
    deaths.set(death.name, recent);
    const process = find(death.name);
    if (process === undefined || recent.length > deathCountMax) {
      onGivenUp(`${describeDeath(death)} It died ${recent.length} times within a minute.`);
      return;
    }
    onProgress(`${describeDeath(death)} Starting it again …`);
    process.restart().then(
      () => onProgress(`${death.name} is back.`),
      (error: unknown) => onGivenUp(describeError(error)),
    );
  };
}
