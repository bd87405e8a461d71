/** One line for a person. A failed statement's text is no reason; the server's answer, its cause, is. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.message.startsWith('Failed query') && error.cause !== undefined) return describeError(error.cause);
  // Connection attempts to several addresses fail together, without a message of their own.
  if (error instanceof AggregateError && error.message === '') return describeError(error.errors[0]);
  return error.message.split('\n')[0] ?? error.name;
}
