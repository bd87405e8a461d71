import type { Instant } from '../../domain/instant.ts';
import type { Sql } from '../database.ts';
import type { Check, CheckScope } from './invariants/check.ts';
import { attemptChecks } from './invariants/check-attempts.ts';
import { disputeChecks } from './invariants/check-disputes.ts';
import { ledgerChecks } from './invariants/check-ledger.ts';
import { messageChecks } from './invariants/check-messages.ts';
import { periodChecks } from './invariants/check-periods.ts';
import { refundChecks } from './invariants/check-refunds.ts';
import { tenancyChecks } from './invariants/check-tenancy.ts';

export interface Violation {
  /** `I1` … `I14` of the reliability document. */
  invariant: string;
  what: string;
  row: object;
}

const checks: readonly Check[] = [
  ...ledgerChecks,
  ...attemptChecks,
  ...disputeChecks,
  ...refundChecks,
  ...periodChecks,
  ...messageChecks,
  ...tenancyChecks,
];

/** What is looked at, in words. */
export const invariantChecks = checks.map(({ invariant, what }) => ({ invariant, what }));

/** More of one kind say nothing new. */
const rowsPerCheck = 50;

/**
 * I1–I5, I7–I10, I12 and the half of I11 that PostgreSQL can tell, over one snapshot: every row that breaks one, named. What is
 * younger than `toleratedMs` counts as in flight. Meant for the owner's role, which sees every tenant.
 */
export async function findViolations(
  sql: Sql,
  options: { tenantId?: string; toleratedMs: number; now?: Instant },
): Promise<Violation[]> {
  const found = await sql.begin('isolation level repeatable read read only', async (tx) => {
    const { tenantId } = options;
    const scope: CheckScope = {
      sql: tx,
      of: (alias) => (tenantId === undefined ? tx`true` : tx`${tx(alias)}.tenant_id = ${tenantId}`),
      lateAt: tx`(coalesce(${options.now ?? null}::timestamptz, clock_timestamp()) - ${options.toleratedMs} * interval '1 ms')`,
    };
    const found = await Promise.all(
      checks.map(async ({ invariant, what, rows }) => {
        const broken = await tx<object[]>`select * from (${rows(scope)}) broken limit ${rowsPerCheck}`;
        return broken.map((row) => ({ invariant, what, row: { ...row } }));
      }),
    );
    return found.flat();
  });
  return found as Violation[];
}
