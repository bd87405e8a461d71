import type { ShortLivedStore } from '../../adapters/short-lived/port.ts';
import type { UserId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';

/** What somebody at the login page has proven so far. */
export interface Progress {
  userId: UserId;
  methods: string[];
  needsCode: boolean;
  /** Of the password that was shown: one that was set since makes this void. */
  passwordChangedAt: Instant | null;
}

const lifeMs = 15 * MINUTE_MS;

/** Kept by the authorization it is for, which belongs to one browser. */
export function createProgressStore(store: ShortLivedStore) {
  const keyOf = (uid: string) => `sign-in:${uid}`;
  return {
    async find(uid: string): Promise<Progress | null> {
      const text = await store.get(keyOf(uid));
      return text === null ? null : (JSON.parse(text) as Progress);
    },
    save: (uid: string, progress: Progress) => store.set(keyOf(uid), JSON.stringify(progress), lifeMs),
    forget: (uid: string) => store.delete([keyOf(uid)]),
  };
}

export type ProgressStore = ReturnType<typeof createProgressStore>;
