import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** CPU milliseconds of a process so far; of a tree when its children count too (PostgreSQL has one process per connection). */
export interface Watched {
  name: string;
  pid: number;
  withChildren: boolean;
}

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

interface Stat {
  parent: number;
  ownTicks: number;
  reapedTicks: number;
}

function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent, utime, stime, cutime, cstime] = [fields[1], fields[11], fields[12], fields[13], fields[14]] as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { parent, ownTicks: utime + stime, reapedTicks: cutime + cstime };
  } catch (error) {
    // A process that ended between listing and reading has no times any more.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
      return null;
    throw error;
  }
}

export type CpuReading = Record<string, number>;

export function readCpu(watched: readonly Watched[]): CpuReading {
  const stats = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    const stat = Number.isInteger(pid) ? statOf(pid) : null;
    if (stat) stats.set(pid, stat);
  }
  const reading: CpuReading = {};
  for (const { name, pid, withChildren } of watched) {
    const own = stats.get(pid);
    let ticks = own ? own.ownTicks + (withChildren ? own.reapedTicks : 0) : 0;
    if (withChildren) for (const stat of stats.values()) if (stat.parent === pid) ticks += stat.ownTicks;
    reading[name] = (reading[name] ?? 0) + (ticks * 1000) / ticksPerSecond;
  }
  const self = process.cpuUsage();
  reading['generator'] = (self.user + self.system) / 1000;
  return reading;
}

/** Milliseconds of CPU per operation and process, generator last. */
export function cpuPerOperation(before: CpuReading, after: CpuReading, operations: number): CpuReading {
  const spent: CpuReading = {};
  for (const [name, ms] of Object.entries(after)) {
    spent[name] = Math.round(((ms - (before[name] ?? 0)) / Math.max(1, operations)) * 100) / 100;
  }
  return spent;
}

/** What the product and its components spent, without the generator. */
export function totalOf(spent: CpuReading): number {
  const sum = Object.entries(spent).reduce((total, [name, ms]) => (name === 'generator' ? total : total + ms), 0);
  return Math.round(sum * 100) / 100;
}
