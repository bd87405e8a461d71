/** The store is away or too slow: what depends on it is refused for now, never assumed. */
export class ShortLivedStoreError extends Error {
  constructor(cause: unknown) {
    super('the store of sessions and one-time links is away', { cause });
    this.name = 'ShortLivedStoreError';
  }
}
