import type { ApiKeyId, PaymentId, RetryTaskId, SubscriptionId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import { invariant } from '../../domain/invariant.ts';
import type { Sql, Transaction } from '../database.ts';
import type { TenantTransaction } from '../with-tenant.ts';

export type RetryTaskStatus = 'requested' | 'running' | 'succeeded' | 'failed' | 'refused';

export interface RetryTaskRow {
  id: RetryTaskId;
  paymentId: PaymentId;
  adminId: ApiKeyId;
  attemptNumber: number;
  status: RetryTaskStatus;
  providerMessage: string | null;
  createdAt: Instant;
  settledAt: Instant | null;
}

/** One per payment and attempt number, by its unique index: one that was refused before its attempt was made begins again. */
export async function openRetryTask(
  tx: TenantTransaction,
  task: Pick<RetryTaskRow, 'id' | 'paymentId' | 'attemptNumber'> & { adminId: string },
): Promise<RetryTaskId> {
  const row = { ...task, tenantId: tx.tenantId, status: 'requested', createdAt: tx.now };
  const [opened] = await tx.sql<{ id: RetryTaskId }[]>`
    insert into retry_tasks ${tx.sql(row)}
    on conflict (tenant_id, payment_id, attempt_number) do update
      set status = 'requested', admin_id = excluded.admin_id, created_at = excluded.created_at,
          provider_message = null, settled_at = null
      where retry_tasks.status = 'refused'
    returning id`;
  invariant(opened, `attempt ${task.attemptNumber} of payment ${task.paymentId} is nobody else's task`);
  return opened.id;
}

export async function findOpenRetryTask(tx: TenantTransaction, paymentId: PaymentId): Promise<RetryTaskRow | null> {
  const [row] = await tx.sql<RetryTaskRow[]>`
    select * from retry_tasks where tenant_id = ${tx.tenantId} and payment_id = ${paymentId}
      and status in ('requested', 'running') order by attempt_number desc limit 1`;
  return row ?? null;
}

export function findRetryTask(sql: Sql | Transaction, id: RetryTaskId): PromiseLike<RetryTaskRow | null> {
  return sql<RetryTaskRow[]>`select * from retry_tasks where id = ${id}`.then(([row]) => row ?? null);
}

export async function markRetryRunning(tx: TenantTransaction, id: RetryTaskId): Promise<void> {
  await tx.sql`update retry_tasks set status = 'running'
    where tenant_id = ${tx.tenantId} and id = ${id} and status = 'requested'`;
}

/** The open task of each payment, with what became of it; a payment without one has nothing to settle. */
export async function settleRetryTasks(
  tx: TenantTransaction,
  settled: readonly { paymentId: PaymentId; status: RetryTaskStatus; message: string | null }[],
): Promise<RetryTaskRow[]> {
  const done = await tx.sql<RetryTaskRow[]>`
    update retry_tasks t set status = s.status, provider_message = s.message, settled_at = ${tx.now}
    from unnest(${settled.map(({ paymentId }) => paymentId as string)}::text[],
                ${settled.map(({ status }) => status as string)}::text[],
                ${settled.map(({ message }) => message)}::text[]) as s(payment_id, status, message)
    where t.tenant_id = ${tx.tenantId} and t.payment_id = s.payment_id and t.status in ('requested', 'running')
    returning t.*`;
  return [...done];
}

/** Whether the broker has acknowledged the last event that asks for this task: begun again, a task keeps its id. */
export function isRetryPublished(
  sql: Sql,
  task: { id: RetryTaskId; subscriptionId: SubscriptionId },
): PromiseLike<boolean> {
  return sql<{ published: boolean }[]>`
    select published_at is not null as published from outbox
    where message_key = ${task.subscriptionId} and sequence is not null and topic = 'payments.retry.manual'
      and envelope -> 'data' ->> 'task_id' = ${task.id}
    order by sequence desc limit 1`.then(([row]) => row?.published ?? false);
}
