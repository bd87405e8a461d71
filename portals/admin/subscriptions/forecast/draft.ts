import { startOfDay } from '../../../shared/format/start-of-day.ts';
import type { Supposed } from '../../../shared/rest/types.ts';
import { isQuantity } from '../../../shared/subscription/quantity.ts';

export const supposedKinds = ['plan', 'quantity', 'date', 'pause', 'resume', 'cancel', 'uncancel'] as const;
export type SupposedKind = (typeof supposedKinds)[number];

/** A command as it is being put together. */
export interface Draft {
  kind: SupposedKind | '';
  planId: string;
  quantity: string;
  date: string;
  at: 'now' | 'period_end';
  proration: 'invoice_now' | 'next_invoice' | 'none';
}

export const emptyDraft: Draft = {
  ...{ kind: '', planId: '', quantity: '', date: '', at: 'now', proration: 'next_invoice' },
};

/** The command, once everything it needs is there; days begin in that zone, without one the reader's. */
export function supposedOf(draft: Draft, zone: string | undefined): Supposed | null {
  const { at, proration, date } = draft;
  const how = at === 'now' ? { effective: at, proration } : { effective: at, proration: 'next_invoice' as const };
  switch (draft.kind) {
    case 'plan':
      return draft.planId === '' ? null : { change: { plan_id: draft.planId, ...how } };
    case 'quantity':
      return isQuantity(draft.quantity) ? { change: { quantity: Number(draft.quantity), ...how } } : null;
    case 'date':
      return date === '' ? null : { change: { next_billing_date: date, effective: 'now', proration } };
    case 'pause':
      return { pause: date === '' ? {} : { resumes_at: startOfDay(date, zone) } };
    case 'resume':
      return { resume: {} };
    case 'cancel':
      return { cancel: { at } };
    case 'uncancel':
      return { uncancel: {} };
    case '':
      return null;
  }
}
