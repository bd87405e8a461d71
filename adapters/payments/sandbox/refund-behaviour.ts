import { readDelayMs } from './behaviour.ts';

/** How the sandbox treats one refund; `…_before` leaves no trace, `…_after` records it first. */
export type RefundBehaviour =
  | { kind: 'ok' }
  | { kind: 'reject'; code: string }
  | { kind: 'pending'; delayMs: number; failsAs: string | null }
  | { kind: 'slow'; delayMs: number }
  | { kind: 'rate_limited'; delayMs: number }
  | { kind: (typeof faultKinds)[number] };

const faultKinds = [
  'unreachable',
  'in_progress',
  'timeout_before',
  'timeout_after',
  'error_before',
  'error_after',
  'reset_after',
] as const;

/** `ok`, `reject:<code>`, `pending:<ms>` (then done), `pending_reject:<ms>` (then not), `slow:<ms>`, `rate_limited:<ms>`, `timeout_after` … */
export function parseRefundBehaviour(text: string): RefundBehaviour | null {
  if (text === 'ok') return { kind: 'ok' };
  const fault = faultKinds.find((kind) => kind === text);
  if (fault !== undefined) return { kind: fault };
  const [name, argument] = text.split(':', 2);
  if (argument === undefined) return null;
  if (name === 'reject') return /^[a-z_]{1,60}$/.test(argument) ? { kind: 'reject', code: argument } : null;
  const delayMs = readDelayMs(argument);
  if (delayMs === null) return null;
  if (name === 'slow' || name === 'rate_limited') return { kind: name, delayMs };
  if (name === 'pending') return { kind: 'pending', delayMs, failsAs: null };
  return name === 'pending_reject' ? { kind: 'pending', delayMs, failsAs: 'refund_failed' } : null;
}
