import { withDeadline } from '../../runtime/with-deadline.ts';
import type { ConsumerOptions, ReceivedMessage } from './port.ts';

const retryDelayMaxMs = 5_000;

interface Entry {
  message: ReceivedMessage;
  tries: number;
  failures: number;
  /** Set once no further try is due: only the dead letter is still owed. */
  verdict: { error: unknown } | null;
  isDone: boolean;
}

/** The messages of one key within one partition, oldest first. */
interface Chain {
  name: string;
  entries: Entry[];
}

export interface KeyedQueueParts {
  options: ConsumerOptions;
  deadLetter: (message: ReceivedMessage, error: unknown) => Promise<void>;
  /** Everything of the partition up to and including this message is done. */
  onDone: (partition: string, message: ReceivedMessage) => void;
}

export function partitionOf(message: ReceivedMessage): string {
  return `${message.topic}/${message.partition}`;
}

/**
 * Handles messages one at a time per key, up to `concurrency` keys side by side. A failing message waits outside the lanes,
 * so that it holds back its own key alone. Nothing a handler does rejects here.
 */
export class KeyedQueue {
  readonly #parts: KeyedQueueParts;
  readonly #chains = new Map<string, Chain>();
  readonly #partitions = new Map<string, Entry[]>();
  readonly #ready: Chain[] = [];
  readonly #waiting = new Set<NodeJS.Timeout>();
  #inHand = 0;
  #stopped = false;
  #onIdle: (() => void) | undefined;

  constructor(parts: KeyedQueueParts) {
    this.#parts = parts;
  }

  push(messages: readonly ReceivedMessage[]): void {
    for (const message of messages) this.#append(message);
    this.#pump();
  }

  /** Messages of the partition that are not done yet, or wait for one that is not. */
  depthOf(partition: string): number {
    return this.#partitions.get(partition)?.length ?? 0;
  }

  /** Begins no further try; resolves once those in hand are over. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#waiting) clearTimeout(timer);
    if (this.#inHand === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #append(message: ReceivedMessage): void {
    const entry: Entry = { message, tries: 0, failures: 0, verdict: null, isDone: false };
    const partition = partitionOf(message);
    const entries = this.#partitions.get(partition);
    if (entries === undefined) this.#partitions.set(partition, [entry]);
    else entries.push(entry);
    const name = `${partition}/${message.key}`;
    const chain = this.#chains.get(name);
    if (chain !== undefined) {
      chain.entries.push(entry);
      return;
    }
    const started: Chain = { name, entries: [entry] };
    this.#chains.set(name, started);
    this.#ready.push(started);
  }

  #pump(): void {
    while (!this.#stopped && this.#inHand < this.#parts.options.concurrency) {
      const chain = this.#ready.shift();
      if (chain === undefined) break;
      this.#inHand += 1;
      void this.#tryHead(chain).then(() => {
        this.#inHand -= 1;
        this.#pump();
      });
    }
    if (this.#inHand === 0) this.#onIdle?.();
  }

  async #tryHead(chain: Chain): Promise<void> {
    const { options, deadLetter } = this.#parts;
    const entry = chain.entries[0] as Entry;
    entry.verdict ??= await tryOnce(entry, options);
    if (entry.verdict !== null) {
      try {
        await deadLetter(entry.message, entry.verdict.error);
        await options.onDeadLetter?.(entry.message, entry.verdict.error);
        entry.isDone = true;
      } catch (error) {
        options.onFailedTry?.(entry.message, error, entry.tries);
      }
    }
    if (entry.isDone) this.#finishHead(chain, entry);
    else this.#waitBeforeNextTry(chain, entry);
  }

  #finishHead(chain: Chain, entry: Entry): void {
    chain.entries.shift();
    if (chain.entries.length > 0) this.#ready.push(chain);
    else this.#chains.delete(chain.name);
    const partition = partitionOf(entry.message);
    const entries = this.#partitions.get(partition) ?? [];
    let last: Entry | undefined;
    while (entries[0]?.isDone) last = entries.shift();
    if (last !== undefined) this.#parts.onDone(partition, last.message);
  }

  #waitBeforeNextTry(chain: Chain, entry: Entry): void {
    if (this.#stopped) return;
    const delayMs = Math.min(this.#parts.options.retryDelayMs * 2 ** (entry.tries - 1), retryDelayMaxMs);
    const timer = setTimeout(() => {
      this.#waiting.delete(timer);
      this.#ready.push(chain);
      this.#pump();
    }, delayMs);
    this.#waiting.add(timer);
  }
}

/** Null while the message is handled or may be tried again, else the error it is dead-lettered for. */
async function tryOnce(entry: Entry, options: ConsumerOptions): Promise<{ error: unknown } | null> {
  entry.tries += 1;
  try {
    await withDeadline(options.handle(entry.message), options.tryTimeoutMs, 'handling');
    entry.isDone = true;
    return null;
  } catch (error) {
    options.onFailedTry?.(entry.message, error, entry.tries);
    const failure = options.classify(error);
    if (failure === 'passing') return null;
    entry.failures += 1;
    return failure === 'poison' || entry.failures >= options.triesMax ? { error } : null;
  }
}
