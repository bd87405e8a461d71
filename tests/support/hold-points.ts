/** A place where traffic will be stopped once. */
export interface Held<T> {
  /** Resolves with what is being held, once something is. */
  hit: Promise<T>;
  /** Lets it go; before the hit it takes the point away. */
  release(): void;
}

interface Point<T> {
  matches: (passing: T) => boolean;
  hit: (passing: T) => void;
  released: Promise<void>;
}

/** Points armed by a test and taken, one passing thing each, by a proxy. */
export class HoldPoints<T> {
  readonly #armed = new Set<Point<T>>();

  arm(matches: (passing: T) => boolean): Held<T> {
    const hit = Promise.withResolvers<T>();
    const released = Promise.withResolvers<void>();
    const point = { matches, hit: hit.resolve, released: released.promise };
    this.#armed.add(point);
    return {
      hit: hit.promise,
      release: () => {
        this.#armed.delete(point);
        released.resolve();
      },
    };
  }

  take(passing: T): { hit: () => void; released: Promise<void> } | null {
    for (const point of this.#armed) {
      if (!point.matches(passing)) continue;
      this.#armed.delete(point);
      return { hit: () => point.hit(passing), released: point.released };
    }
    return null;
  }
}
