import { describeInterval } from '../calendar/interval.ts';
import { localDateOf, localTimeOf } from '../calendar/local-date.ts';
import { type Instant, toIso } from '../instant.ts';
import type { InvoiceLine } from '../invoices/invoice-line.ts';
import type { ForecastPeriod, Terms } from '../invoices/plan-forecast.ts';
import { formatMoney } from '../money/currency.ts';
import type { ProrationPlan } from '../proration/proration.ts';

const local = (instant: Instant, zone: string) =>
  `${localDateOf(instant, zone)} ${localTimeOf(instant, zone).slice(0, 5)}`;

function lineRows(lines: readonly InvoiceLine[], currency: string, zone: string): string[] {
  return lines.map((line) => {
    const time =
      line.startsAt === null || line.endsAt === null
        ? ''
        : `${local(line.startsAt, zone)} – ${local(line.endsAt, zone)}`;
    const what = line.quantity === 1 ? line.description : `${line.quantity} × ${line.description}`;
    return `  ${what.padEnd(34)}${time.padEnd(36)}${formatMoney(line.amountMinor, currency).padStart(16)}`;
  });
}

function totalRow(name: string, amountMinor: number, currency: string): string {
  return `  ${name.padEnd(70)}${formatMoney(amountMinor, currency).padStart(16)}`;
}

/** Invoices as a person reads them: due in UTC, periods by the wall clock of the zone. */
export function printInvoices(forecast: readonly ForecastPeriod[], zone: string): string {
  return forecast
    .flatMap((period, index) => [
      `invoice ${index + 1}, due ${toIso(period.dueAt)}`,
      ...lineRows(period.lines, period.currency, zone),
      totalRow('total', period.totalMinor, period.currency),
      '',
    ])
    .join('\n');
}

export function printProration(plan: ProrationPlan, currency: string, zone: string): string {
  const basis = plan.basisAfter;
  return [
    ...(plan.invoiceNow ? ['  invoiced now:', ...lineRows(plan.invoiceNow, currency, zone)] : []),
    ...(plan.pendingAfter.length > 0
      ? ['  waits for the next invoice:', ...lineRows(plan.pendingAfter, currency, zone)]
      : []),
    totalRow('to credit balance', plan.creditBalanceDeltaMinor, currency),
    basis
      ? totalRow(`paid for ${local(basis.startsAt, zone)} – ${local(basis.endsAt, zone)}`, basis.amountMinor, currency)
      : '',
    '',
  ].join('\n');
}

export const printTitle = (text: string, { price }: Terms, zone: string) =>
  `${text}\n${formatMoney(price.amountMinor, price.currency)} ${describeInterval(price.interval)}, wall clock of ${zone}\n`;
