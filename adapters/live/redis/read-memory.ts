import type { Change, Told } from '../port.ts';
import { entriesMax, keepMs } from './scripts.ts';

/** What the script of whoever follows answers. */
export type Memory = [now: string, since: string, lost: string, entries: string[]];

/** What was told after `after`; null where it is not known whether that is all. */
export function readMemory(
  [now, since, lost, entries]: Memory,
  after: number | null,
): { sequence: number; missed: Told[] | null } {
  const all = entries.map((entry) => ({ entry, sequence: sequenceOf(entry) }));
  const sequence = Math.max(Number(now), all.at(-1)?.sequence ?? 0);
  const reachesBackTo = Math.max(Number(since), Number(lost), Number(now) - keepMs * 1_000);
  if (after === null || after < reachesBackTo || after > sequence) return { sequence, missed: null };
  const isCut = all.length >= entriesMax && (all[0]?.sequence ?? 0) > after;
  const missed = all.filter((one) => one.sequence > after);
  if (isCut || missed.some(({ entry }) => entry.endsWith(' '))) return { sequence, missed: null };
  return { sequence, missed: missed.map(({ entry }) => toldOf(entry)) };
}

const sequenceOf = (entry: string) => Number(entry.slice(0, entry.indexOf(' ')));

export function toldOf(entry: string): Told {
  return { sequence: sequenceOf(entry), changes: JSON.parse(entry.slice(entry.indexOf(' ') + 1)) as Change[] };
}
