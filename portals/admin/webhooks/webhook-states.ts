import type { components } from '../../../contracts/generated/rest.gen.ts';

export type Webhook = components['schemas']['Webhook'];
export type WebhookInList = components['schemas']['WebhookInList'];

export const webhookStatuses = ['dead', 'received', 'processed', 'ignored', 'discarded'] as const;

/** Why not, as a key of the catalogue; null where it can. What is on its way is left alone. */
export function whyNoReplay({ status }: Webhook): 'onItsWay' | null {
  return status === 'received' ? 'onItsWay' : null;
}

/** Only what has not been handled is given up. */
export function whyNoDiscard({ status }: Webhook): 'handled' | null {
  return status === 'received' || status === 'dead' ? null : 'handled';
}
