import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const tailBytes = 16_384;
const characterCountMax = 300;

function readTail(file: string, fromByte: number): string[] {
  if (!existsSync(file)) return [];
  const size = statSync(file).size;
  const start = Math.max(fromByte, size - tailBytes);
  if (start >= size) return [];
  const buffer = Buffer.alloc(size - start);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, buffer, 0, buffer.length, start);
  } finally {
    closeSync(descriptor);
  }
  return buffer
    .toString('utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function readable(line: string): string {
  if (!line.startsWith('{')) return line;
  try {
    const entry = JSON.parse(line) as { msg?: string; err?: { message?: string } };
    return [entry.msg, entry.err?.message].filter((part) => part !== undefined).join(': ') || line;
  } catch {
    // Cut off in the middle by the process's end: shown as it is.
    return line;
  }
}

/** The line of a log that best says why its process ended: the last one that speaks of an error, else the last. */
export function readFailure(file: string, fromByte = 0): string {
  const lines = readTail(file, fromByte);
  const telling = lines.findLast(
    (line) => /(^|\W)\w*(error|fatal|panic|exception)\b/i.test(line) && !line.startsWith('at '),
  );
  return readable(telling ?? lines.at(-1) ?? 'it wrote nothing').slice(0, characterCountMax);
}
