import { hash } from 'node:crypto';
import type { SandboxStore } from './open-store.ts';
import { type Reply, refuse } from './wire.ts';

const keyWindowMs = 86_400_000;
/** No dialect remembers a key longer. */
const keptMs = 45 * 86_400_000;

export interface KeyClaim {
  account: string;
  key: string;
  fingerprint: string;
  /** How long this key is remembered, where it is not a day. */
  windowMs?: number;
}

export interface KeyStore {
  /** The reply this key already determines (replay, 409 while running, 422 for another body), or null when it is free. */
  replyFor: (claim: KeyClaim, nowMs: number) => Reply | null;
  start: (claim: KeyClaim) => void;
  stop: (claim: KeyClaim) => void;
  /** Belongs into the transaction that records what the key stands for. */
  remember: (claim: KeyClaim, answer: { status: number; body: object }, nowMs: number) => void;
  forgetExpired: (nowMs: number) => void;
}

export function fingerprint(parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts), 'base64');
}

export function createKeyStore({ sql }: SandboxStore): KeyStore {
  // What is running dies with the process, as it does at a real provider: nothing of it was recorded.
  const running = new Map<string, string>();
  const name = (claim: KeyClaim): string => `${claim.account}\n${claim.key}`;
  const mismatch = (): Reply => refuse(422, 'idempotency_key_mismatch', 'This key was used with another request');

  return {
    replyFor(claim, nowMs) {
      const runningFingerprint = running.get(name(claim));
      if (runningFingerprint !== undefined) {
        if (runningFingerprint !== claim.fingerprint) return mismatch();
        return refuse(409, 'idempotency_key_in_progress', 'The first request with this key is still running');
      }
      const stored = sql.get`SELECT fingerprint, status, answer FROM keys
        WHERE account = ${claim.account} AND key = ${claim.key} AND created_at > ${nowMs - (claim.windowMs ?? keyWindowMs)}`;
      if (stored === undefined) return null;
      if (stored.fingerprint !== claim.fingerprint) return mismatch();
      return {
        kind: 'answer',
        status: Number(stored.status),
        body: JSON.parse(String(stored.answer)),
        headers: { 'idempotency-replayed': 'true' },
      };
    },
    start: (claim) => void running.set(name(claim), claim.fingerprint),
    stop: (claim) => void running.delete(name(claim)),
    remember(claim, answer, nowMs) {
      sql.run`INSERT OR REPLACE INTO keys (account, key, fingerprint, status, answer, created_at)
        VALUES (${claim.account}, ${claim.key}, ${claim.fingerprint}, ${answer.status}, ${JSON.stringify(answer.body)}, ${nowMs})`;
    },
    forgetExpired: (nowMs) => void sql.run`DELETE FROM keys WHERE created_at <= ${nowMs - keptMs}`,
  };
}
