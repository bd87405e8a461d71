import type { ForecastPeriod, Supposition } from '../../../shared/rest/types.ts';

export interface ComparedRow {
  dueAt: string | null;
  present: ForecastPeriod | null;
  supposed: ForecastPeriod | null;
  presentMinor: number;
  supposedMinor: number;
}

/** Both outlooks beside each other by due date, as far as both are known; what is due now comes first. */
export function compareRows({ present, supposed, compared_until }: Supposition): ComparedRow[] {
  const isKnown = ({ due_at }: ForecastPeriod) => compared_until === null || due_at < compared_until;
  const [left, right] = [present.data.filter(isKnown), supposed.data.filter(isKnown)];
  const dates = [...new Set([...left, ...right].map(({ due_at }) => due_at))].toSorted();
  const rows = dates.map((dueAt) => {
    const at = (side: readonly ForecastPeriod[]) => side.find(({ due_at }) => due_at === dueAt) ?? null;
    return rowOf(dueAt, at(left), at(right));
  });
  if (present.due_now === 0 && supposed.due_now === 0) return rows;
  const now = { dueAt: null, present: null, supposed: null };
  return [{ ...now, presentMinor: present.due_now, supposedMinor: supposed.due_now }, ...rows];
}

function rowOf(dueAt: string, present: ForecastPeriod | null, supposed: ForecastPeriod | null): ComparedRow {
  return { dueAt, present, supposed, presentMinor: present?.total ?? 0, supposedMinor: supposed?.total ?? 0 };
}
