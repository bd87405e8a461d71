/** Nobody can be told of changes at the moment. */
export class FeedAwayError extends Error {
  constructor(cause?: unknown) {
    super('changes cannot be followed', { cause });
    this.name = 'FeedAwayError';
  }
}
