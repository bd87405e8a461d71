import { DomainError } from '../../domain/errors.ts';

const keyCountMax = 50;

/** Spec §6: merges by key, null removes. */
export function mergeMetadata(
  stored: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const merged = new Map(Object.entries(stored));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else merged.set(key, value);
  }
  if (merged.size > keyCountMax) {
    throw new DomainError('invalid_request', `metadata holds at most ${keyCountMax} keys.`, { field: 'metadata' });
  }
  return Object.fromEntries(merged);
}
