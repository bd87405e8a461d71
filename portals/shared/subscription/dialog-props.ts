import type { ReactNode } from 'react';
import type { Subscription, Supposed } from '../rest/types.ts';

/** What every dialog about a subscription is given. */
export interface SubscriptionDialogProps {
  subscription: Subscription;
  planName: string;
  /** How a difference is settled is the caller's to say; otherwise it is on the next invoice. */
  settlesNow?: boolean;
  /** What the command would do to the invoices to come, for whoever may ask. */
  consequences?: (supposed: Supposed | null) => ReactNode;
  onClose: () => void;
}
