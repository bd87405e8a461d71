import type { Permission } from '../../shared/session/session.ts';

interface MoneyPage {
  to: string;
  name: 'payments' | 'paymentErrors' | 'unknown' | 'refunds' | 'refundRequests' | 'disputes' | 'reconciliation';
  permission: Permission;
}

/** What is worked on about payments, a tab each. */
export const moneyPages: readonly MoneyPage[] = [
  { to: '/payments', name: 'payments', permission: 'failed_payments:read' },
  { to: '/payment-errors', name: 'paymentErrors', permission: 'failed_payments:read' },
  { to: '/unknown-outcomes', name: 'unknown', permission: 'failed_payments:read' },
  { to: '/refunds', name: 'refunds', permission: 'payments:read' },
  { to: '/refund-requests', name: 'refundRequests', permission: 'refund_requests:decide' },
  { to: '/disputes', name: 'disputes', permission: 'disputes:read' },
  { to: '/reconciliation', name: 'reconciliation', permission: 'reconciliation:read' },
];
