import type { ProviderCharge } from '../../adapters/payments/port.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { AskedProvider } from './ask-provider.ts';

const pageSize = 100;

export interface ListedCharges {
  charges: ProviderCharge[];
  /** Up to here, exclusive, the list is whole. */
  coveredTo: Instant;
}

/**
 * The provider's charges of `[from, to)`, the oldest first. A list that is too long for one answer is cut between two instants,
 * so that the next one goes on where it ends, and no charge is in both.
 */
export async function listChargesInRange(
  asked: AskedProvider,
  tenantId: TenantId,
  range: { from: Instant; to: Instant; chargesMax: number },
): Promise<ListedCharges> {
  const { from, to, chargesMax } = range;
  const created = { from: new Date(from), to: new Date(to) };
  const charges: ProviderCharge[] = [];
  let cursor: string | undefined;
  for (;;) {
    await asked.turn();
    const page = await asked.provider.listCharges({ tenantId, created, limit: pageSize, ...(cursor && { cursor }) });
    charges.push(...page.charges);
    if (page.nextCursor === null) return { charges, coveredTo: to };
    cursor = page.nextCursor;
    if (charges.length < chargesMax && !asked.isLate()) continue;
    const instants = charges.map(({ createdAt }) => createdAt.getTime());
    const coveredTo = Math.max(...instants);
    if (coveredTo > Math.min(...instants)) {
      return { charges: charges.filter(({ createdAt }) => createdAt.getTime() < coveredTo), coveredTo };
    }
    // Nothing to cut at yet: everything so far is of one instant.
    if (asked.isLate()) throw new DomainError('provider_unavailable', 'The provider’s list takes too long; try again.');
  }
}
