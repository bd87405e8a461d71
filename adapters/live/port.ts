import type { ChangeKind } from '../../contracts/rest/live.ts';
import type { TenantId } from '../../domain/ids.ts';

/** That something has changed, never how. */
export interface Change {
  kind: ChangeKind;
  /** Null: several of that kind, or one without a name of its own. */
  id: string | null;
}

/** What was told at once. `sequence` grows within a tenant, whichever process told it; microseconds, and no two the same. */
export interface Told {
  sequence: number;
  changes: readonly Change[];
}

/** Tells whoever listens, in whatever process. Nobody may depend on it: what is not told is found out by looking. */
export interface ChangeTeller {
  /** Never rejects, and takes no longer than 300 ms. What could not be told is made up for by a reset of everybody. */
  tell(changes: ReadonlyMap<TenantId, readonly Change[]>): Promise<void>;
  close(): Promise<void>;
}

export interface Follower {
  onTold(told: Told): void;
  /** Something may have been missed. */
  onReset(): void;
  /** Nothing is told any more: follow again. */
  onEnd(): void;
}

export interface Following {
  /** Where it begins. */
  sequence: number;
  /** Whether `told` begins right after `after`, however far back: false where that is further than anybody remembers, or not said. */
  isResumed: boolean;
  /** Before anything the follower is told. */
  told: readonly Told[];
  stop(): void;
}

export interface ChangeFeed {
  /** From now on, in order. Rejects with a `FeedAwayError` while nothing could be told. */
  follow(tenantId: TenantId, after: number | null, follower: Follower): Promise<Following>;
  close(): Promise<void>;
}
