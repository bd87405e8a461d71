import { ProviderError } from './provider-error.ts';

interface KeyEntry {
  fingerprint: string;
  /** Null while the first call with this key is running. */
  replay: (() => unknown) | null;
  atMs: number;
}

export interface KeyClaim {
  /** What this key answers for as long as it is remembered; may throw. */
  keep: (replay: () => unknown) => void;
  start: () => void;
  stop: () => void;
}

/** Idempotency keys as a provider keeps them: replay, mismatch, still running, forgotten after the window. */
export class FakeKeys {
  readonly #entries = new Map<string, KeyEntry>();
  readonly #windowMs: number;
  readonly #nowMs: () => number;

  constructor(windowMs: number, nowMs: () => number) {
    this.#windowMs = windowMs;
    this.#nowMs = nowMs;
  }

  /** Runs `first` for a free key, else answers as the first call did. Nothing is kept unless `first` keeps it. */
  use<T>(name: { tenantId: string; key: string; request: object }, first: (claim: KeyClaim) => T): T {
    const id = `${name.tenantId}\n${name.key}`;
    const fingerprint = JSON.stringify(name.request);
    const entry = this.#entries.get(id);
    const remembered = entry !== undefined && (entry.replay === null || entry.atMs > this.#nowMs() - this.#windowMs);
    if (remembered) {
      if (entry.fingerprint !== fingerprint) throw new ProviderError('unknown', 'idempotency_key_mismatch');
      if (entry.replay === null) throw new ProviderError('unknown', 'idempotency_key_in_progress');
      return entry.replay() as T;
    }
    const set = (replay: KeyEntry['replay']): void =>
      void this.#entries.set(id, { fingerprint, replay, atMs: this.#nowMs() });
    return first({ keep: set, start: () => set(null), stop: () => this.#forgetRunning(id) });
  }

  #forgetRunning(id: string): void {
    if (this.#entries.get(id)?.replay === null) this.#entries.delete(id);
  }
}
