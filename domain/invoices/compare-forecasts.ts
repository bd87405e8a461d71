import type { Instant } from '../instant.ts';
import { addMinor } from '../money/money.ts';
import type { ForecastPeriod } from './plan-forecast.ts';

/** What there is to pay: invoices that are issued and not paid, and those to come. */
export interface Outlook {
  dueNowMinor: number;
  forecast: readonly ForecastPeriod[];
}

export interface ForecastComparison {
  /** Both sides count what falls due before it; null: both say all that will ever fall due. */
  untilAt: Instant | null;
  presentTotalMinor: number;
  supposedTotalMinor: number;
}

/**
 * Two outlooks of one subscription over the same time. A forecast of as many periods as were asked for knows what falls due until
 * the last of them ends; a shorter one stops because nothing follows. Twelve months and twelve years are so never compared as twelve.
 */
export function compareForecasts(present: Outlook, supposed: Outlook, periods: number): ForecastComparison {
  const ends = [present, supposed]
    .filter(({ forecast }) => forecast.length === periods)
    .flatMap(({ forecast }) => forecast.at(-1)?.periodEndAt ?? []);
  const untilAt = ends.length === 0 ? null : Math.min(...ends);
  const totalOf = ({ dueNowMinor, forecast }: Outlook) =>
    addMinor(
      dueNowMinor,
      ...forecast.filter(({ dueAt }) => untilAt === null || dueAt < untilAt).map(({ totalMinor }) => totalMinor),
    );
  return { untilAt, presentTotalMinor: totalOf(present), supposedTotalMinor: totalOf(supposed) };
}
