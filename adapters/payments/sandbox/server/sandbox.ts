import { randomUUID } from 'node:crypto';
import type { Dialect } from './dialect.ts';
import { createKeyStore, type KeyStore } from './idempotency-keys.ts';
import { openStore, type SandboxStore } from './open-store.ts';
import { createScripts, type Scripts } from './scripts.ts';

export interface WebhookTarget {
  url: string;
  secret: string;
}

/** The provider behind the wire: its store, its own clock, and what is running. One process owns one folder. */
export interface Sandbox extends SandboxStore {
  keys: KeyStore;
  scripts: Scripts;
  /** The provider's clock in milliseconds; the offset ages keys without waiting. */
  now: () => number;
  setClockOffset: (offsetMs: number) => void;
  /** The other wires over this store. */
  dialects: Dialect[];
  /** Where its own dialect posts events. */
  webhook: WebhookTarget | null;
  /** Called after a commit that left something due; nothing happens before the due work is started. */
  wake: () => void;
  /** Posts one kept webhook at once and returns when it was answered or given up for now. */
  deliverNow: (eventId: string) => Promise<void>;
  closing: AbortSignal;
}

export interface SandboxOptions {
  folder: string;
  webhook: WebhookTarget | null;
  closing: AbortSignal;
}

export function openSandbox(options: SandboxOptions): Sandbox {
  const store = openStore(options.folder);
  const { sql } = store;
  let offsetMs = Number(sql.get`SELECT value FROM settings WHERE name = ${'clock_offset_ms'}`?.value ?? 0);
  return {
    ...store,
    keys: createKeyStore(store),
    scripts: createScripts(store),
    now: () => Date.now() + offsetMs,
    setClockOffset(nextOffsetMs) {
      sql.run`INSERT OR REPLACE INTO settings (name, value) VALUES (${'clock_offset_ms'}, ${nextOffsetMs})`;
      offsetMs = nextOffsetMs;
    },
    webhook: options.webhook,
    dialects: [],
    wake: () => undefined,
    deliverNow: async () => undefined,
    closing: options.closing,
  };
}

export function newId(prefix: 'spm' | 'sch' | 'srf' | 'sst' | 'sdp' | 'evt'): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`;
}
