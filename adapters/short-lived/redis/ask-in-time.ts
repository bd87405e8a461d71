import { withDeadline } from '../../../runtime/with-deadline.ts';
import { ShortLivedStoreError } from '../short-lived-store-error.ts';

const callTimeoutMs = 250;

/** Where no answer means no: a Redis that is away or slow refuses, and does not keep the caller waiting. */
export async function askInTime<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await withDeadline(call(), callTimeoutMs, 'Redis');
  } catch (error) {
    throw new ShortLivedStoreError(error);
  }
}
