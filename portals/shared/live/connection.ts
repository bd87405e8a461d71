import { useSyncExternalStore } from 'react';

/** How the page stands to the platform. */
interface Connection {
  /** Changes are told as they happen; else the page looks for them. */
  isTold: boolean;
  /** The last that was tried had an answer. */
  isReachable: boolean;
}

let connection: Connection = { isTold: false, isReachable: true };
const listeners = new Set<() => void>();

export function readConnection(): Connection {
  return connection;
}

export function noteConnection(change: Partial<Connection>): void {
  const next = { ...connection, ...change };
  if (next.isTold === connection.isTold && next.isReachable === connection.isReachable) return;
  connection = next;
  for (const listener of [...listeners]) listener();
}

export function onConnectionChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

export function useConnection(): Connection {
  return useSyncExternalStore(onConnectionChange, readConnection);
}
