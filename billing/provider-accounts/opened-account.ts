import { AsyncLocalStorage } from 'node:async_hooks';
import type { Instant } from '../../domain/instant.ts';

interface Opened {
  /** When the account was last written that a call opened; null while it has opened none. */
  updatedAt: Instant | null;
}

const openedByCall = new AsyncLocalStorage<Opened>();

/** Runs one call to a provider; `onFailure` learns which state of the account the call was made with. */
export async function withOpenedAccount<T>(
  call: () => Promise<T>,
  onFailure: (error: unknown, openedAt: Instant | null) => Promise<void>,
): Promise<T> {
  const opened: Opened = { updatedAt: null };
  try {
    return await openedByCall.run(opened, call);
  } catch (error) {
    await onFailure(error, opened.updatedAt);
    throw error;
  }
}

export function noteOpened(updatedAt: Instant): void {
  const opened = openedByCall.getStore();
  if (opened) opened.updatedAt = updatedAt;
}
