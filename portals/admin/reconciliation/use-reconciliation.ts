import { useEffect, useRef, useState } from 'react';
import { answered, rest } from '../../shared/rest/client.ts';
import type { Reconciliation } from '../../shared/rest/types.ts';
import { mergeParts } from './merge-parts.ts';

export interface Asked {
  provider: Reconciliation['provider'];
  created_from: string;
  created_to: string;
}

interface Progress {
  /** What is compared so far. */
  result: Reconciliation | null;
  isRunning: boolean;
  error: unknown;
}

/** Compares a range part by part, as the interface cuts it; leaving the page, or asking for something else, stops it. */
export function useReconciliation(): Progress & { run: (asked: Asked) => void } {
  const [progress, setProgress] = useState<Progress>({ result: null, isRunning: false, error: null });
  const run = useRef<AbortController>(undefined);
  useEffect(() => () => run.current?.abort(), []);

  async function compare(asked: Asked, signal: AbortSignal): Promise<void> {
    let result: Reconciliation | null = null;
    let from: string | null = asked.created_from;
    setProgress({ result, isRunning: true, error: null });
    try {
      while (from !== null) {
        const query: Asked = { ...asked, created_from: from };
        const part: Reconciliation = await answered(
          rest.GET('/v1/admin/reconciliation', { params: { query }, signal }),
        );
        if (signal.aborted) return;
        result = mergeParts(result, part);
        from = part.next_from;
        setProgress({ result, isRunning: from !== null, error: null });
      }
    } catch (error) {
      if (!signal.aborted) setProgress({ result, isRunning: false, error });
    }
  }

  return {
    ...progress,
    run(asked) {
      run.current?.abort();
      run.current = new AbortController();
      void compare(asked, run.current.signal);
    },
  };
}
