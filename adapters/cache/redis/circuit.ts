export interface Circuit {
  /** Whether a call may be tried now. After a failure: one every `restMs`, the others not at all. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

/** Lets the first failure of many be the only one that is waited for. `now` is monotonic, in milliseconds. */
export function createCircuit(restMs: number, now: () => number = () => performance.now()): Circuit {
  let restsUntil = 0;
  let isOpen = false;
  return {
    allows() {
      if (!isOpen) return true;
      if (now() < restsUntil) return false;
      restsUntil = now() + restMs;
      return true;
    },
    succeeded() {
      isOpen = false;
    },
    failed() {
      isOpen = true;
      restsUntil = now() + restMs;
    },
  };
}
