/** Rejects once the time is over; the work itself goes on, and its late outcome is nobody's. */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new Error(`${what} took longer than ${timeoutMs} ms`));
    // A busy process runs due timers before it reads its sockets: an answer that lies there already still counts.
    timer = setTimeout(() => setImmediate(fail), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
