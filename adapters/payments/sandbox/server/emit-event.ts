import { notificationOf } from '../custom-server/notification-of.ts';
import type { Delivery } from '../delivery.ts';
import { planDelivery } from './plan-delivery.ts';
import { newId, type Sandbox } from './sandbox.ts';
import { webhookTarget } from './webhook-target.ts';

/** What happened, in the sandbox's own words; other dialects translate it. */
export interface SandboxEvent {
  type: string;
  account: string;
  [more: string]: unknown;
}

export interface EmittedEvent {
  id: string | null;
  /** To be awaited after the commit, before the call is answered: an `early` event has arrived by then. */
  arrived: () => Promise<void>;
}

/**
 * Belongs into the transaction of the fact, so that neither exists alone after a crash. Every event is listed; whether and how it
 * is posted, a script may say.
 */
export function emitEvent(sandbox: Sandbox, event: SandboxEvent): EmittedEvent {
  return keepEvent(sandbox, event, sandbox.scripts.takeDelivery(event.account) ?? { kind: 'normal' });
}

/** A charge or a refund decided in its own answer tells nobody else, unless a script or the odds speak of this account's events. */
export function emitIfScripted(sandbox: Sandbox, event: SandboxEvent): EmittedEvent {
  const delivery = sandbox.scripts.takeDelivery(event.account);
  return delivery === null ? { id: null, arrived: async () => undefined } : keepEvent(sandbox, event, delivery);
}

function keepEvent(sandbox: Sandbox, event: SandboxEvent, delivery: Delivery): EmittedEvent {
  const id = newId('evt');
  const timestamp = new Date(sandbox.now()).toISOString();
  const { account } = event;
  const told = notificationOf(sandbox, { ...event, timestamp });
  const body = JSON.stringify(told ?? { ...event, timestamp });
  sandbox.sql
    .run`INSERT INTO events (id, account, body, created_at) VALUES (${id}, ${account}, ${body}, ${sandbox.now()})`;
  const plan = planDelivery(delivery);
  const isPosted = plan !== null && webhookTarget(sandbox, account) !== null;
  if (isPosted) {
    sandbox.sql.run`INSERT INTO webhooks (id, account, body, next_at, copies, flaw)
      VALUES (${id}, ${account}, ${body}, ${Date.now() + plan.waitMs}, ${plan.copies}, ${plan.flaw})`;
  }
  const arrived = async (): Promise<void> => {
    if (isPosted && delivery.kind === 'early') await sandbox.deliverNow(id);
    else sandbox.wake();
  };
  return { id, arrived };
}
