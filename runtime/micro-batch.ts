export interface MicroBatchOptions<Item, Result> {
  /** How long the first item of a batch waits for company. */
  windowMs: number;
  countMax: number;
  /** One result per item, in their order. A rejection is every item's. */
  run: (key: string, items: readonly Item[]) => Promise<readonly Result[]>;
}

export interface MicroBatch<Item, Result> {
  /** Resolves once the batch that carries the item is through. Items of different keys never share one. */
  add(key: string, item: Item): Promise<Result>;
}

interface Batch<Item, Result> {
  items: Item[];
  results: Promise<readonly Result[]>;
  start: () => void;
}

/** What arrives within a few milliseconds is done together: one transaction for many callers, each answered after its commit. */
export function createMicroBatch<Item, Result>(options: MicroBatchOptions<Item, Result>): MicroBatch<Item, Result> {
  const open = new Map<string, Batch<Item, Result>>();

  function begin(key: string): Batch<Item, Result> {
    const { promise: started, resolve: start } = Promise.withResolvers<void>();
    const items: Item[] = [];
    const timer = setTimeout(start, options.windowMs);
    const results = started.then(() => {
      clearTimeout(timer);
      if (open.get(key) === batch) open.delete(key);
      return options.run(key, items);
    });
    const batch = { items, results, start };
    open.set(key, batch);
    return batch;
  }

  return {
    async add(key, item) {
      const batch = open.get(key) ?? begin(key);
      const index = batch.items.push(item) - 1;
      if (batch.items.length >= options.countMax) {
        open.delete(key);
        batch.start();
      }
      return (await batch.results)[index] as Result;
    },
  };
}
