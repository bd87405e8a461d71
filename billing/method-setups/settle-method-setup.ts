import type { SetupResult } from '../../adapters/payments/port.ts';
import { ProviderError } from '../../adapters/payments/provider-error.ts';
import { newId } from '../../db/new-id.ts';
import {
  findMethodSetup,
  lockMethodSetup,
  type MethodSetupRow,
  updateMethodSetup,
} from '../../db/queries/method-setups.ts';
import { recordProcessed } from '../../db/queries/processed-events.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { type TenantTransaction, withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId, MethodSetupId, TenantId } from '../../domain/ids.ts';
import { assertNever, invariant } from '../../domain/invariant.ts';
import type { BillingContext, Caller } from '../context.ts';
import { storeMethod } from '../customers/store-method.ts';
import { applyDefaultMethod, type OwedCollection } from '../subscriptions/apply-default-method.ts';
import { renderMethodSetup } from './render-method-setup.ts';

export interface SetupFact {
  tenantId: TenantId;
  provider: string;
  setupId: MethodSetupId | null;
  providerSetupId: string | null;
  consumer: string;
  eventId: string;
}

/** A provider says that something happened to a set-up; what happened is asked of the provider itself. */
export async function settleMethodSetup(context: BillingContext, fact: SetupFact): Promise<'processed' | 'ignored'> {
  const { tenantId } = fact;
  const row = await withTenant(context.database, tenantId, (tx) => findMethodSetup(tx.sql, fact));
  if (!row || row.status !== 'open' || row.providerSetupId === null) {
    await withTenant(context.database, tenantId, (tx) => recordProcessed(tx, fact));
    return row ? 'processed' : 'ignored';
  }
  const result = await askForSetup(context, row);
  if (result === null) throw new Error(`the provider of set-up ${row.id} cannot be asked now`);
  const caller: Caller = { actor: `provider:${row.provider}`, origin: 'webhook', requestId: null };
  await applyResult(context, { row, caller, result }, (tx) => recordProcessed(tx, fact));
  return 'processed';
}

/** The customer's way back: an open set-up is asked of the provider. Where that is away, the set-up reads as it is. */
export async function readMethodSetup(
  context: BillingContext,
  call: { tenantId: TenantId; caller: Caller },
  key: { customerId: CustomerId; setupId: MethodSetupId },
) {
  const { tenantId, caller } = call;
  const { row, now } = await withTenant(context.database, tenantId, async (tx) => ({
    row: await lockMethodSetup(tx, key.setupId),
    now: tx.now,
  }));
  if (!row || row.customerId !== key.customerId) throw new DomainError('not_found', 'unknown customer or set-up');
  const result = row.status === 'open' && row.providerSetupId !== null ? await askForSetup(context, row) : null;
  const settled = result === null ? row : await applyResult(context, { row, caller, result });
  return { status: 200, body: renderMethodSetup(settled, now) };
}

/** Null where the provider could not be asked. */
async function askForSetup(context: BillingContext, row: MethodSetupRow): Promise<SetupResult | null> {
  const { tenantId, id: setupId, providerSetupId } = row;
  invariant(providerSetupId !== null, 'a set-up the provider knows has its id');
  try {
    return await context
      .provider(row.provider)
      .readSetup({ tenantId, setupId, providerSetupId, idempotencyKey: setupId });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    if (error.kind === 'rejected') return { kind: 'failed', code: error.code, message: error.message };
    return null;
  }
}

/** The row's lock decides who attaches: one method per set-up, from wherever and however often it is read. */
async function applyResult(
  context: BillingContext,
  { row, caller, result }: { row: MethodSetupRow; caller: Caller; result: SetupResult },
  record: (tx: TenantTransaction) => Promise<unknown> = async () => undefined,
): Promise<MethodSetupRow> {
  const owed: OwedCollection[] = [];
  const settled = await withTenant(context.database, row.tenantId, async (tx) => {
    await record(tx);
    const current = await lockMethodSetup(tx, row.id);
    invariant(current, `set-up ${row.id} exists`);
    if (current.status !== 'open') return current;
    const decided = decide(tx, current, result);
    if (decided.status === 'open') return current;
    if (result.kind === 'completed') {
      const { customerId, provider, makeDefault } = current;
      const id = newId('paymentMethod');
      const method = { ...result.method, id, customerId, provider, makeDefault: makeDefault === 'yes' };
      owed.push(...(await storeMethod(tx, caller, method)).owed);
      decided.paymentMethodId = id;
    }
    await updateMethodSetup(tx, decided);
    const details = { customer_id: current.customerId, payment_method_id: decided.paymentMethodId };
    await insertAudits(tx, caller, [
      { action: `payment_method_setup.${decided.status}`, resourceId: current.id, details },
    ]);
    return decided;
  });
  await applyDefaultMethod(context, caller, owed);
  return settled;
}

function decide(tx: TenantTransaction, row: MethodSetupRow, result: SetupResult): MethodSetupRow {
  switch (result.kind) {
    case 'completed':
      return { ...row, status: 'completed', settledAt: tx.now };
    case 'failed':
      return { ...row, status: 'failed', message: result.message, settledAt: tx.now };
    case 'open':
      return row.expiresAt > tx.now ? row : { ...row, status: 'expired', settledAt: tx.now };
    default:
      return assertNever(result);
  }
}
