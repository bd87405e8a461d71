import { DomainError } from '../errors.ts';
import type { Command, Subscription, SubscriptionStatus } from './subscription.ts';

/** What decides whether a command may run (R21). */
export interface CommandFacts extends Pick<Subscription, 'status' | 'collection' | 'cancelAt'> {
  /** An operator has to look first. */
  parked: boolean;
  /** The first payment's call runs right now (<= 30 s). */
  firstCallRunning?: boolean;
}

const changes: readonly Command[] = ['change_plan', 'change_quantity', 'change_date'];
const details: readonly Command[] = ['change_payment_method', 'change_metadata'];

/** R21: states × commands. `uncancel` counts only while a cancel is scheduled. */
const commandsOf: Readonly<Record<SubscriptionStatus, readonly Command[]>> = {
  scheduled: [...details, 'cancel', 'uncancel'],
  incomplete: ['change_payment_method', 'cancel'],
  trialing: [...changes, ...details, 'pause', 'cancel', 'uncancel'],
  active: [...changes, ...details, 'pause', 'cancel', 'uncancel'],
  past_due: [...changes, ...details, 'cancel', 'uncancel', 'retry'],
  paused: [...details, 'resume', 'cancel', 'uncancel'],
  canceled: [],
  expired: [],
  payment_failed: [],
};
/** A first payment that failed under `allow_incomplete`: its invoice is open and dunning goes on. */
const commandsInDunning: readonly Command[] = ['change_payment_method', 'cancel', 'retry'];
const commandsWhenParked: readonly Command[] = ['change_metadata', 'cancel'];

/** The status on the wire (R21): `incomplete` in dunning reads `payment_failed`. */
export function renderedStatus(subscription: Pick<Subscription, 'status' | 'collection'>): SubscriptionStatus {
  return subscription.status === 'incomplete' && subscription.collection === 'dunning'
    ? 'payment_failed'
    : subscription.status;
}

function commandsByState(facts: CommandFacts): readonly Command[] {
  if (facts.firstCallRunning) return [];
  const commands =
    facts.status === 'incomplete' && facts.collection === 'dunning' ? commandsInDunning : commandsOf[facts.status];
  return facts.cancelAt === null ? commands.filter((command) => command !== 'uncancel') : commands;
}

export function allowedCommands(facts: CommandFacts): Command[] {
  return commandsByState(facts).filter((command) => !facts.parked || commandsWhenParked.includes(command));
}

function refusalOf(command: Command, facts: CommandFacts) {
  if (facts.firstCallRunning) return 'subscription_incomplete';
  if (facts.parked && commandsByState(facts).includes(command)) return 'subscription_needs_attention';
  if (facts.status === 'canceled' && command === 'cancel') return 'already_canceled';
  return facts.status === 'incomplete' && facts.collection === 'normal' ? 'subscription_incomplete' : 'invalid_state';
}

const reasons = {
  subscription_incomplete: 'The first payment is not decided yet',
  subscription_needs_attention: 'An operator has to look at this subscription first',
  already_canceled: 'The subscription is canceled already',
  invalid_state: 'The command does not fit the subscription’s state',
};

/** Throws `subscription_incomplete`, `subscription_needs_attention`, `already_canceled` or `invalid_state`, with what is allowed. */
export function refuseUnlessAllowed(command: Command, facts: CommandFacts): void {
  const allowed = allowedCommands(facts);
  if (allowed.includes(command)) return;
  const code = refusalOf(command, facts);
  throw new DomainError(code, reasons[code], {
    subscription_status: renderedStatus(facts),
    allowed_commands: allowed,
  });
}
