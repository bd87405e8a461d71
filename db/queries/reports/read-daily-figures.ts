import { toIso } from '../../../domain/instant.ts';
import type { ReportDays } from '../../../domain/reports/report-days.ts';
import { reportableMinor } from '../../../domain/reports/reportable-minor.ts';
import type { TenantTransaction } from '../../with-tenant.ts';

/** By number of the day, counted from 0; a day without anything is not there. */
export interface DailyFigures {
  collected: readonly { day: number; currency: string; amountMinor: number }[];
  failedPayments: ReadonlyMap<number, number>;
  started: ReadonlyMap<number, number>;
  ended: ReadonlyMap<number, number>;
}

export async function readDailyFigures(tx: TenantTransaction, { bounds }: ReportDays): Promise<DailyFigures> {
  const days = bounds.map(toIso);
  const [collected, failedPayments, [started, ended]] = await Promise.all([
    readCollected(tx, days),
    readFailedPayments(tx, days),
    readStartedAndEnded(tx, days),
  ]);
  return { collected, failedPayments, started, ended };
}

type Range = readonly [from: string, to: string];

function rangeOf(days: readonly string[]): Range {
  return [days.at(0) ?? '', days.at(-1) ?? ''];
}

/** What paid invoices, by the ledger; not what was captured without an invoice to pay and goes back. */
async function readCollected({ sql, tenantId }: TenantTransaction, days: string[]): Promise<DailyFigures['collected']> {
  const [from, to] = rangeOf(days);
  const rows = await sql<{ day: number; currency: string; amount: string }[]>`
    select width_bucket(at, ${days}::timestamptz[]) - 1 as day, currency, (-sum(amount_minor))::text as amount
    from ledger_entries
    where tenant_id = ${tenantId} and kind = 'charge' and account = 'receivable'
      and at >= ${from} and at < ${to}
    group by 1, 2`;
  return rows.map(({ amount, ...of }) => ({ ...of, amountMinor: reportableMinor(BigInt(amount)) }));
}

type Counted = { day: number; count: number };

function byDay(rows: readonly Counted[]): ReadonlyMap<number, number> {
  return new Map(rows.map(({ day, count }) => [day, count]));
}

/** Each payment once, on the day its first failed attempt was due. */
async function readFailedPayments({ sql, tenantId }: TenantTransaction, days: string[]) {
  const [from, to] = rangeOf(days);
  const rows = await sql<Counted[]>`
    select width_bucket(first_failed_at, ${days}::timestamptz[]) - 1 as day, count(*)::integer as count
    from payments
    where tenant_id = ${tenantId} and first_failed_at >= ${from} and first_failed_at < ${to}
    group by 1`;
  return byDay(rows);
}

/** Of those whose first period, a trial too, has come into force: a refused sign-up neither starts nor ends. */
async function readStartedAndEnded({ sql, tenantId }: TenantTransaction, days: string[]) {
  const [from, to] = rangeOf(days);
  const rows = await sql<(Counted & { isEnd: boolean })[]>`
    select width_bucket(e.at, ${days}::timestamptz[]) - 1 as day, e.is_end, count(*)::integer as count
    from subscriptions s
    cross join lateral (values (s.starts_at, false), (s.canceled_at, true)) e(at, is_end)
    where s.tenant_id = ${tenantId} and s.period_start_at is not null and e.at >= ${from} and e.at < ${to}
    group by 1, 2`;
  return [false, true].map((isEnd) => byDay(rows.filter((row) => row.isEnd === isEnd))) as [
    ReadonlyMap<number, number>,
    ReadonlyMap<number, number>,
  ];
}
