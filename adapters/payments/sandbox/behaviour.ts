import { assertNever } from '../../../domain/invariant.ts';

/**
 * How the sandbox treats one charge. `…_before` leaves no trace; `…_after` records the charge first, which is what makes an
 * outcome unknown to the caller although money moved. `in_progress` answers as if the same key were still running elsewhere.
 */
export type Behaviour =
  | { kind: 'ok' }
  | { kind: 'ok_once' }
  | { kind: 'decline'; code: string }
  | { kind: 'requires_action' }
  | { kind: 'pending'; delayMs: number }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'rate_limited'; delayMs: number }
  | { kind: 'unreachable' }
  | { kind: 'in_progress' }
  | { kind: 'timeout_before' }
  | { kind: 'timeout_after' }
  | { kind: 'error_before' }
  | { kind: 'error_after' }
  | { kind: 'reset_after' };

export interface Decision {
  status: 'succeeded' | 'declined' | 'requires_action' | 'pending';
  declineCode: string | null;
  message: string;
}

const plainKinds = [
  'ok',
  'ok_once',
  'requires_action',
  'unreachable',
  'in_progress',
  'timeout_before',
  'timeout_after',
  'error_before',
  'error_after',
  'reset_after',
] as const;

/** Reads the text of a script: `ok`, `decline:<code>`, `slow:<ms>`, `pending:<ms>`, `rate_limited:<ms>` …; null when it means nothing. */
export function parseBehaviour(text: string): Behaviour | null {
  const plain = plainKinds.find((kind) => kind === text);
  if (plain !== undefined) return { kind: plain };
  const [name, argument] = text.split(':', 2);
  if (argument === undefined) return null;
  if (name === 'decline') return /^[a-z_]{1,60}$/.test(argument) ? { kind: 'decline', code: argument } : null;
  const delayMs = readDelayMs(argument);
  if (delayMs === null) return null;
  if (name === 'slow' || name === 'pending' || name === 'rate_limited') return { kind: name, delayMs };
  return null;
}

const delayMaxMs = 300_000;

export function readDelayMs(text: string): number | null {
  const delayMs = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  return delayMs <= delayMaxMs ? delayMs : null;
}

/** What is recorded for a charge that gets as far as being recorded. */
export function decideCharge(behaviour: Behaviour, succeededBefore: number): Decision {
  switch (behaviour.kind) {
    case 'decline':
      return declined(behaviour.code);
    case 'ok_once':
      return succeededBefore === 0 ? succeeded : declined('insufficient_funds');
    case 'requires_action':
      return { status: 'requires_action', declineCode: null, message: 'The customer must confirm this charge.' };
    case 'pending':
      return { status: 'pending', declineCode: null, message: 'The charge is being processed.' };
    case 'ok':
    case 'slow':
    case 'timeout_after':
    case 'error_after':
    case 'reset_after':
      return succeeded;
    case 'unreachable':
    case 'in_progress':
    case 'rate_limited':
    case 'timeout_before':
    case 'error_before':
      throw new Error(`a charge that behaves as ${behaviour.kind} is never recorded`);
    default:
      return assertNever(behaviour);
  }
}

export const succeeded: Decision = { status: 'succeeded', declineCode: null, message: 'The charge succeeded.' };

export function declined(code: string): Decision {
  return { status: 'declined', declineCode: code, message: `The charge was declined: ${code.replaceAll('_', ' ')}.` };
}
