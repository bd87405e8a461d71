import { randomBytes } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** A reader sees the old text or the new one, never a half; the mode holds from the first byte on. */
export function writeFileAtomically(file: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const partial = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(partial, text, { mode, flag: 'wx' });
  renameSync(partial, file);
}
