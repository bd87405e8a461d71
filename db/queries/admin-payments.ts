import type { CustomerId, PaymentId, SubscriptionId, TenantId } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { PaymentStatus } from '../../domain/payments/payment-status.ts';
import type { SubscriptionStatus } from '../../domain/subscriptions/subscription.ts';
import type { Sql, Transaction } from '../database.ts';
import { type TenantDatabase, withTenant } from '../with-tenant.ts';
import type { AttemptRow, InvoiceRow, PaymentRow } from './billing-rows.ts';
import { type Page, type PageRequest, pageFrom } from './page.ts';
import type { RetryTaskRow } from './retry-tasks.ts';

/** A payment with what decides whether an administrator may retry it. */
export type AdminPaymentRow = PaymentRow & {
  invoiceKind: InvoiceRow['kind'];
  invoiceNumber: number | null;
  invoiceStatus: InvoiceRow['status'];
  invoiceTotalMinor: number;
  /** Null for a payment of no subscription. */
  subscriptionStatus: SubscriptionStatus | null;
  subscriptionCollection: 'normal' | 'dunning';
  subscriptionIsParked: boolean;
  planId: string;
  planName: string;
  lastAttempt: {
    id: string;
    number: number;
    at: Instant;
    status: string;
    provider: string;
    code: string | null;
    message: string | null;
  } | null;
  hasOpenAttempt: boolean;
};

const surrounded = (sql: Sql | Transaction) => sql`
  select p.*, i.kind as invoice_kind, i.number as invoice_number, i.status as invoice_status,
         i.total_minor as invoice_total_minor, s.status as subscription_status, s.collection as subscription_collection,
         s.parked_at is not null as subscription_is_parked, s.plan_id, l.name as plan_name, a.last_attempt,
         exists (select 1 from payment_attempts o where o.tenant_id = p.tenant_id and o.invoice_id = p.invoice_id
           and o.status in ('created', 'sent', 'unknown', 'requires_action', 'not_sent', 'needs_review')) as has_open_attempt
  from payments p
  join invoices i on i.tenant_id = p.tenant_id and i.id = p.invoice_id
  left join subscriptions s on s.tenant_id = p.tenant_id and s.id = p.subscription_id
  left join plans l on l.tenant_id = s.tenant_id and l.id = s.plan_id
  left join lateral (
    select json_build_object('id', id, 'number', number, 'status', status, 'provider', provider, 'code', code,
      'message', message, 'at', (extract(epoch from coalesce(settled_at, first_sent_at, created_at)) * 1000)::bigint)
      as last_attempt
    from payment_attempts where tenant_id = p.tenant_id and payment_id = p.id order by number desc limit 1) a on true`;

export interface AdminPaymentFilter {
  statuses: readonly PaymentStatus[];
  customerId?: CustomerId;
  subscriptionId?: SubscriptionId;
  /** Only those whose invoice is still open. */
  isOwed?: boolean;
  provider?: string;
  providerChargeId?: string;
  /** `[createdFrom, createdTo)`. */
  createdFrom?: Instant;
  createdTo?: Instant;
}

export function listAdminPayments(
  sql: Sql,
  filter: AdminPaymentFilter,
  page: PageRequest,
): PromiseLike<Page<AdminPaymentRow>> {
  return sql<AdminPaymentRow[]>`${surrounded(sql)}
    where p.status = any(${filter.statuses as string[]}::text[])
      ${filter.customerId === undefined ? sql`` : sql`and p.customer_id = ${filter.customerId}`}
      ${filter.subscriptionId === undefined ? sql`` : sql`and p.subscription_id = ${filter.subscriptionId}`}
      ${filter.isOwed ? sql`and i.status = 'open'` : sql``}
      ${filter.provider === undefined && filter.providerChargeId === undefined ? sql`` : sentTo(sql, filter)}
      ${filter.createdFrom === undefined ? sql`` : sql`and p.created_at >= ${new Date(filter.createdFrom)}`}
      ${filter.createdTo === undefined ? sql`` : sql`and p.created_at < ${new Date(filter.createdTo)}`}
      ${page.beforeId === null ? sql`` : sql`and p.id < ${page.beforeId}`}
      order by p.id desc limit ${page.limit + 1}`.then((rows) => pageFrom(rows, page.limit));
}

const sentTo = (sql: Sql, { provider, providerChargeId }: AdminPaymentFilter) => sql`
  and exists (select 1 from payment_attempts s where s.tenant_id = p.tenant_id and s.payment_id = p.id
    ${provider === undefined ? sql`` : sql`and s.provider = ${provider}`}
    ${providerChargeId === undefined ? sql`` : sql`and s.provider_charge_id = ${providerChargeId}`})`;

export interface AdminPaymentCard {
  payment: AdminPaymentRow;
  /** In the order they were made. */
  attempts: AttemptRow[];
  tasks: RetryTaskRow[];
}

export async function readAdminPayment(
  database: TenantDatabase,
  tenantId: TenantId,
  id: PaymentId,
): Promise<AdminPaymentCard | null> {
  return withTenant(database, tenantId, async ({ sql }) => {
    const [payments, attempts, tasks] = await Promise.all([
      sql<AdminPaymentRow[]>`${surrounded(sql)} where p.id = ${id}`,
      sql<AttemptRow[]>`select * from payment_attempts where payment_id = ${id} order by number`,
      sql<RetryTaskRow[]>`select * from retry_tasks where payment_id = ${id} order by attempt_number`,
    ]);
    const [payment] = payments;
    return payment ? { payment, attempts: [...attempts], tasks: [...tasks] } : null;
  });
}
