import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { type Change, isChangedBy } from './changed-queries.ts';
import { noteConnection, onConnectionChange, readConnection } from './connection.ts';
import { followChanges } from './follow-changes.ts';

/** What changes together is read together, and a storm of changes no more often than this. */
const gatherMs = 150;
const restMs = 1_500;

/** Keeps everything on the page true to what the platform holds: as it is told, else as often as each query says. */
export function useLiveUpdates(): void {
  const client = useQueryClient();
  useEffect(() => {
    const gathered = gatherChanges(client);
    const stop = followChanges({
      onChanges: gathered.add,
      onReset: gathered.addAll,
      onSignedOut: () => void client.invalidateQueries({ queryKey: ['session'] }),
    });
    const leave = refreshOnReturn(client);
    const onOffline = (): void => noteConnection({ isTold: false, isReachable: false });
    window.addEventListener('offline', onOffline);
    return () => {
      window.removeEventListener('offline', onOffline);
      leave();
      stop();
      gathered.stop();
      noteConnection({ isTold: false });
    };
  }, [client]);
}

/** Everything that was read before now; what is under way is read late enough. */
function readAgain(client: QueryClient): void {
  const now = Date.now();
  void client.invalidateQueries({
    predicate: ({ queryKey, state }) =>
      queryKey[0] !== 'session' && state.dataUpdatedAt < now && state.fetchStatus === 'idle',
  });
}

/** What could not be read while the platform was away is read once it is back; what looked for itself learns that it is told. */
function refreshOnReturn(client: QueryClient): () => void {
  let before = readConnection();
  return onConnectionChange(() => {
    const now = readConnection();
    const isBack = now.isReachable && !before.isReachable;
    const isAlone = before.isTold && !now.isTold && now.isReachable;
    before = now;
    if (isBack || isAlone) void client.invalidateQueries();
  });
}

interface Gathered {
  add(changes: readonly Change[]): void;
  /** Anything may have changed. */
  addAll(): void;
  stop(): void;
}

function gatherChanges(client: QueryClient): Gathered {
  let waiting: Change[] = [];
  let isAll = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  function read(): void {
    const changes = waiting;
    if (isAll) readAgain(client);
    void client.invalidateQueries({
      predicate: ({ queryKey }) => changes.some((change) => isChangedBy(queryKey, change)),
    });
    waiting = [];
    isAll = false;
    timer = undefined;
    readAt = performance.now();
  }

  function wait(): void {
    timer ??= setTimeout(read, Math.max(gatherMs, readAt + restMs - performance.now()));
  }

  return {
    add(changes) {
      waiting.push(...changes);
      wait();
    },
    addAll() {
      isAll = true;
      wait();
    },
    stop: () => clearTimeout(timer),
  };
}
