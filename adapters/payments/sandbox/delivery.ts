import { readDelayMs } from './behaviour.ts';

/**
 * How one event is delivered. `reorder` waits until another event of the account has arrived (5 s at most); `early` arrives
 * before the answer of the call that caused it; the two bad ones are repeated rightly after a refusal, as a sender does once it
 * is put right; what is `never` delivered is still listed.
 */
export type Delivery =
  | { kind: 'normal' | 'reorder' | 'early' | 'never' | 'bad_signature' | 'old_timestamp' }
  | { kind: 'repeat'; count: number }
  | { kind: 'delay'; delayMs: number };

const plainKinds = ['normal', 'reorder', 'early', 'never', 'bad_signature', 'old_timestamp'] as const;

/** `normal`, `repeat:<1–100>`, `delay:<ms>`, `reorder` … */
export function parseDelivery(text: string): Delivery | null {
  const plain = plainKinds.find((kind) => kind === text);
  if (plain !== undefined) return { kind: plain };
  const [name, argument = ''] = text.split(':', 2);
  if (name === 'repeat') return /^([1-9]\d?|100)$/.test(argument) ? { kind: 'repeat', count: Number(argument) } : null;
  const delayMs = readDelayMs(argument);
  return name === 'delay' && delayMs !== null ? { kind: 'delay', delayMs } : null;
}
