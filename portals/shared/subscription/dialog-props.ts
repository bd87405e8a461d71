import type { Subscription } from '../rest/types.ts';

/** What every dialog about a subscription is given. */
export interface SubscriptionDialogProps {
  subscription: Subscription;
  planName: string;
  settlesNow?: boolean;
  onClose: () => void;
}
