import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

const tailBytes = 4_096;
const characterCountMax = 300;

export function readLastLine(file: string): string {
  if (!existsSync(file)) return '';
  const size = statSync(file).size;
  const length = Math.min(size, tailBytes);
  const buffer = Buffer.alloc(length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, buffer, 0, length, size - length);
  } finally {
    closeSync(descriptor);
  }
  return buffer.toString('utf8').trimEnd().split('\n').at(-1)?.trim().slice(0, characterCountMax) ?? '';
}
