/**
 * At most one call in flight per key, and one more for everybody who asked meanwhile. Whoever asks is answered by a call
 * that began after the question: many wakes of one subscription become two, and never race each other to the engine.
 */
export function coalesceByKey<Argument>(
  keyOf: (argument: Argument) => string,
  call: (argument: Argument) => Promise<void>,
): (argument: Argument) => Promise<void> {
  const lines = new Map<string, { running: Promise<void>; waiting: Promise<void> | null }>();

  function run(key: string, argument: Argument): Promise<void> {
    const line = { running: call(argument), waiting: null };
    lines.set(key, line);
    return line.running.finally(() => {
      if (lines.get(key) === line && line.waiting === null) lines.delete(key);
    });
  }

  return (argument) => {
    const key = keyOf(argument);
    const line = lines.get(key);
    if (line === undefined) return run(key, argument);
    line.waiting ??= line.running.then(
      () => run(key, argument),
      () => run(key, argument),
    );
    return line.waiting;
  };
}
