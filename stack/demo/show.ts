import Table from 'cli-table3';
import { formatMoney } from '../../domain/money/currency.ts';
import type { DemoClient } from './demo-client.ts';
import type { Living, Story } from './stories.ts';

interface Invoice {
  number: number | null;
  status: string;
  period_start: string | null;
  period_end: string | null;
  total: number;
  amount_paid: number;
  currency: string;
}

interface Subscription {
  status: string;
  next_charge: { at: string; amount: number; currency: string } | null;
}

export type Told = Living & { story: Story };

/** A table without colours and inner rules: it reads the same in a terminal and in a file. */
function plainTable(head: string[]) {
  const chars = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
  return new Table({ head, chars, style: { head: [], border: [] } });
}

const day = (instant: string | null) => instant?.slice(0, 10) ?? '';

async function invoicesOf(client: DemoClient, { subscriptionId }: Living): Promise<Invoice[]> {
  const page = await client.get<{ data: Invoice[] }>(`/v1/invoices?subscription_id=${subscriptionId}&limit=100`);
  return page.data.toReversed();
}

/** How everybody ended up. */
export async function showEverybody(client: DemoClient, told: readonly Told[]): Promise<string> {
  const table = plainTable(['customer', 'status', 'invoices', 'paid', 'next charge']);
  for (const living of told) {
    const subscription = await client.get<Subscription>(`/v1/subscriptions/${living.subscriptionId}`);
    const invoices = await invoicesOf(client, living);
    const paid = invoices.reduce((sum, invoice) => sum + invoice.amount_paid, 0);
    const next = subscription.next_charge;
    table.push([
      living.story.who,
      subscription.status,
      invoices.filter(({ status }) => status === 'paid').length,
      formatMoney(paid, 'EUR'),
      next ? `${formatMoney(next.amount, next.currency)} on ${day(next.at)}` : '–',
    ]);
  }
  return table.toString();
}

/** One subscription's history as the portal shows it. */
export async function showTimeline(client: DemoClient, living: Told): Promise<string> {
  const { data } = await client.get<{
    data: { at: string; action: string; plan_name: string; details: Record<string, unknown> }[];
  }>(`/v1/subscriptions/${living.subscriptionId}/timeline`);
  const table = plainTable(['date', 'action', 'plan', 'details']);
  for (const entry of data) {
    const { amount, code, attempt } = entry.details;
    const details = [
      typeof amount === 'number' ? formatMoney(amount, 'EUR') : '',
      typeof code === 'string' ? `${code}, attempt ${String(attempt)}` : '',
    ];
    table.push([day(entry.at), entry.action.replaceAll('_', ' '), entry.plan_name, details.filter(Boolean).join(' ')]);
  }
  return table.toString();
}

export async function showInvoices(client: DemoClient, living: Told): Promise<string> {
  const table = plainTable(['no.', 'status', 'period', 'total', 'paid']);
  for (const invoice of await invoicesOf(client, living)) {
    const period = invoice.period_start
      ? `${day(invoice.period_start)} – ${day(invoice.period_end)}`
      : 'change of plan';
    const { number, status, total, amount_paid: paid, currency } = invoice;
    table.push([number ?? '–', status, period, formatMoney(total, currency), formatMoney(paid, currency)]);
  }
  return table.toString();
}
