import Table from 'cli-table3';
import { totalOf } from './cpu.ts';
import { median } from './load.ts';
import type { BenchRow, Round } from './row.ts';

const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** A line per subject, medians over its rounds; then where the CPU went. */
export function printRounds(row: BenchRow, rounds: readonly Round[]): void {
  console.log(`\n${row.name}: ${row.what}`);
  const bySubject = Map.groupBy(rounds, ({ subject }) => subject);
  const table = new Table({
    head: ['subject', 'rounds', 'per s', 'mean ms', 'p50 ms', 'p99 ms', 'max ms', 'errors', 'CPU ms/op'],
    style: { head: [], border: [] },
  });
  for (const [subject, of] of bySubject) {
    const mid = (pick: (round: Round) => number) => hundredths(median(of.map(pick)));
    table.push([
      subject,
      of.length,
      mid(({ measured }) => measured.perSecond),
      mid(({ measured }) => measured.meanMs),
      mid(({ measured }) => measured.p50Ms),
      mid(({ measured }) => measured.p99Ms),
      Math.max(...of.map(({ measured }) => measured.maxMs)),
      of.reduce((sum, { measured }) => sum + measured.errors, 0),
      mid(({ cpuMs }) => totalOf(cpuMs)),
    ]);
  }
  console.log(table.toString());
  for (const [subject, of] of bySubject) {
    const names = Object.keys(of[0]?.cpuMs ?? {});
    const parts = names.map((name) => ({ name, ms: hundredths(median(of.map(({ cpuMs }) => cpuMs[name] ?? 0))) }));
    const shown = parts.filter(({ ms }) => ms >= 0.01).map(({ name, ms }) => `${name} ${ms}`);
    console.log(`  ${subject}: CPU ms per operation: ${shown.join(' · ')}`);
    for (const { note } of of) if (note !== undefined) console.log(`  ${subject}: ${note}`);
  }
}
