import type { components } from '../../../contracts/generated/rest.gen.ts';
import type { Change } from './changed-queries.ts';
import { noteConnection } from './connection.ts';
import { createEventParser, type ServerEvent } from './read-events.ts';

export interface ChangeListener {
  onChanges(changes: readonly Change[]): void;
  /** Something may have been missed. */
  onReset(): void;
  /** The session is over. */
  onSignedOut(): void;
}

type Outcome = 'ended' | 'refused' | 'unreachable';

/** The server shows three times as often that it is there. */
const silenceMs = 45_000;
/** Nobody looks: the place is another's. */
const hiddenMs = 60_000;
const firstRetryMs = 1_000;
const retryMaxMs = 15_000;
/** Where there is no place for another stream; meanwhile the page looks by itself. */
const refusedMs = 30_000;

/** A little at random, so that what lost the connection together does not come back together. */
const spread = (ms: number) => ms * (0.5 + Math.random());

/** Follows until it is told to stop, whatever happens to the connection. */
export function followChanges(listener: ChangeListener): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  let lastId: string | null = null;

  function take({ event, id, data }: ServerEvent): void {
    lastId = id ?? lastId;
    if (event === 'changes') listener.onChanges((JSON.parse(data) as components['schemas']['LiveChanges']).changes);
    else listener.onReset();
  }

  async function follow(): Promise<Outcome> {
    const watch = watchStream(signal);
    try {
      const headers: Record<string, string> = { accept: 'text/event-stream' };
      if (lastId !== null) headers['last-event-id'] = lastId;
      const init = { headers, credentials: 'same-origin', cache: 'no-store', signal: watch.signal } as const;
      const response = await fetch('/v1/live', init);
      if (response.status === 401) listener.onSignedOut();
      if (!response.ok || response.body === null) return isOfGateway(response) ? 'unreachable' : 'refused';
      noteConnection({ isTold: true, isReachable: true });
      await readAll(response.body, createEventParser(take), watch.onPiece);
      return 'ended';
    } catch {
      // Broken off, by whom makes no difference: the next try finds out how things stand.
      return watch.wasOpen() ? 'ended' : 'unreachable';
    } finally {
      watch.stop();
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      await untilVisible(signal);
      const outcome = await follow();
      if (signal.aborted) return;
      failures = outcome === 'unreachable' ? failures + 1 : 0;
      if (outcome !== 'ended') noteConnection({ isTold: false, isReachable: outcome === 'refused' });
      const waitMs = outcome === 'refused' ? refusedMs : Math.min(firstRetryMs * 2 ** (failures - 1), retryMaxMs);
      await rest(spread(waitMs), signal);
    }
  }

  void run();
  return () => stopping.abort();
}

/** An answer that is none of the platform's own: something before it says that it is not there. */
function isOfGateway({ status, headers }: Response): boolean {
  return status >= 502 && !(headers.get('content-type') ?? '').includes('json');
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  take: (piece: string) => void,
  onPiece: () => void,
): Promise<void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    onPiece();
    const { done, value } = await reader.read();
    if (done) return;
    take(decoder.decode(value, { stream: true }));
  }
}

/** Breaks a stream off that has gone silent, that nobody looks at, or whose network has gone. */
function watchStream(outer: AbortSignal) {
  const breaking = new AbortController();
  const stop = (): void => breaking.abort();
  let silence: ReturnType<typeof setTimeout> | undefined;
  let hidden: ReturnType<typeof setTimeout> | undefined;
  let hasBegun = false;
  const onVisibility = (): void => {
    clearTimeout(hidden);
    if (document.visibilityState === 'hidden') hidden = setTimeout(stop, hiddenMs);
  };
  const onPiece = (): void => {
    hasBegun = true;
    clearTimeout(silence);
    silence = setTimeout(stop, silenceMs);
  };
  outer.addEventListener('abort', stop);
  window.addEventListener('offline', stop);
  document.addEventListener('visibilitychange', onVisibility);
  silence = setTimeout(stop, silenceMs);
  return {
    signal: breaking.signal,
    onPiece,
    wasOpen: () => hasBegun,
    stop() {
      clearTimeout(silence);
      clearTimeout(hidden);
      outer.removeEventListener('abort', stop);
      window.removeEventListener('offline', stop);
      document.removeEventListener('visibilitychange', onVisibility);
    },
  };
}

/** Over early when the network is back, or somebody looks again. */
function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener('online', done);
      signal.removeEventListener('abort', done);
      document.removeEventListener('visibilitychange', look);
      resolve();
    };
    const look = (): void => {
      if (document.visibilityState === 'visible') done();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener('online', done);
    signal.addEventListener('abort', done);
    document.addEventListener('visibilitychange', look);
  });
}

function untilVisible(signal: AbortSignal): Promise<void> {
  if (document.visibilityState === 'visible') return Promise.resolve();
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState !== 'visible' && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
  });
}
