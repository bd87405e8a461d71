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

/** The last line of a log that speaks of an error. */
export function findErrorLine(file: string, fromByte = 0): string | undefined {
  const lines = readTail(file, fromByte);
  const telling = lines.findLast(
    (line) => /(^|\W)\w*(error|fatal|panic|exception)\b/i.test(line) && !line.startsWith('at '),
  );
  return telling === undefined ? undefined : readable(telling).slice(0, characterCountMax);
}

/** The line that best says why a process ended by itself: the last error, else the last line. */
export function readFailure(file: string, fromByte = 0): string {
  const last = readTail(file, fromByte).at(-1) ?? 'it wrote nothing';
  return findErrorLine(file, fromByte) ?? readable(last).slice(0, characterCountMax);
}
