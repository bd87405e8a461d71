import { setTimeout as delay } from 'node:timers/promises';
import type { Sql } from '../../db/database.ts';
import type { TenantId } from '../../domain/ids.ts';
import { provisionSandboxTenant } from '../../identity/provision-sandbox-tenant.ts';
import { createRestClient, type RestClient } from './rest-client.ts';

/** A sandbox tenant of a running platform, spoken to over REST alone. */
export interface PlatformTenant {
  tenantId: TenantId;
  apiKey: string;
  rest: RestClient;
  makePlan(plan?: { amount?: number; interval?: string; currency?: string; name?: string }): Promise<string>;
  /** With one payment method, the default one. */
  makeCustomer(token?: string): Promise<string>;
  /** Bounded polling: nothing undecided, nothing due, everything sent. Rejects with what is left. */
  waitForQuiet(withinMs: number): Promise<void>;
}

export function createTenantMaker(platform: {
  databaseUrl: string;
  apiUrl: string;
  secrets: { keySecret: string };
  owner: Sql;
}): () => Promise<PlatformTenant> {
  const { owner } = platform;
  return async () => {
    const { tenantId, apiKey } = await provisionSandboxTenant({
      ownerUrl: platform.databaseUrl,
      keySecret: platform.secrets.keySecret,
      tenantName: 'Test',
    });
    const rest = createRestClient(platform.apiUrl, apiKey);
    return {
      tenantId,
      apiKey,
      rest,
      async makePlan({ amount = 1999, interval = 'month', currency = 'USD', name = 'Pro' } = {}) {
        const { plan_id: id } = await rest.post<{ plan_id: string }>('/v1/plans', { name, amount, currency, interval });
        return id;
      },
      async makeCustomer(token = 'tok_ok') {
        const { customer_id: id } = await rest.post<{ customer_id: string }>('/v1/customers', {
          email: 'someone@example.com',
        });
        await rest.post(`/v1/customers/${id}/payment-methods`, { provider: 'sandbox', token });
        return id;
      },
      waitForQuiet: (withinMs) => waitForQuiet(owner, tenantId, withinMs),
    };
  };
}

async function waitForQuiet(owner: Sql, tenantId: TenantId, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  for (;;) {
    const unrest = await readUnrest(owner, tenantId);
    if (Object.values(unrest).every((count) => count === 0)) return;
    if (performance.now() > until) {
      const attempts = await readOpenAttempts(owner, tenantId);
      throw new Error(`not quiet after ${withinMs} ms: ${JSON.stringify({ ...unrest, attempts })}`);
    }
    await delay(250);
  }
}

/** An authentication is the customer's business, so an attempt that waits for one is at rest. */
async function readUnrest(owner: Sql, tenantId: TenantId): Promise<Record<string, number>> {
  const [unrest] = await owner<[Record<string, number>]>`
    select
      (select count(*) from payment_attempts where tenant_id = ${tenantId}
        and status in ('created', 'sent', 'unknown', 'not_sent'))::int as attempts,
      (select count(*) from refunds where tenant_id = ${tenantId}
        and status in ('requested', 'sent', 'unknown', 'pending'))::int as refunds,
      (select count(*) from outbox where tenant_id = ${tenantId} and published_at is null)::int as events,
      (select count(*) from intents where tenant_id = ${tenantId} and due_at < now())::int as intents,
      (select count(*) from test_clocks where tenant_id = ${tenantId} and target_at is not null)::int as advancing,
      (select count(*) from subscriptions where tenant_id = ${tenantId}
        and wake_at < now() and parked_at is null)::int as due`;
  return unrest;
}

function readOpenAttempts(owner: Sql, tenantId: TenantId): Promise<object[]> {
  return owner`
    select id, subscription_id, number, trigger, status, send_count, resolve_count, message, first_sent_at::text,
           lease_until::text, resolve_at::text, send_at::text, now()::text as now
    from payment_attempts
    where tenant_id = ${tenantId} and status in ('created', 'sent', 'unknown', 'not_sent') limit 10`;
}
