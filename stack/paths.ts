import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const checkoutDir = dirname(import.meta.dirname);
export const nodeBinary = join(checkoutDir, 'node_modules', '.bin', 'node');
const chosenStateDir = process.env['REDCORE_STATE_DIR'];
/** Of one platform and the commands that look for it: a second one from the same checkout has another. */
const stateDir = chosenStateDir ? resolve(chosenStateDir) : join(checkoutDir, '.redcore');
export const logDir = join(stateDir, 'logs');
export const demoEnvFile = join(stateDir, 'demo.env');

export function isRoot(): boolean {
  return userInfo().uid === 0;
}

/** Whether another OS user may walk down to this folder; its missing parts will be created open. */
export function isOpenToOthers(folder: string): boolean {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

// As root, PostgreSQL runs as another OS user, so what it reads must lie where that user may pass.
export function cacheDir(): string {
  const chosen = process.env['REDCORE_CACHE_DIR'];
  if (chosen) return resolve(chosen);
  if (!isRoot()) return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'redcore');
  const shared = join('/var', 'cache', 'redcore');
  return isOpenToOthers(shared) ? shared : join(tmpdir(), 'redcore-cache');
}

export function dataDir(): string {
  const chosen = process.env['REDCORE_DATA_DIR'];
  if (chosen) return resolve(chosen);
  const own = join(stateDir, 'data');
  if (chosenStateDir || !isRoot() || isOpenToOthers(own)) return own;
  const checkoutHash = createHash('sha256').update(checkoutDir).digest('hex').slice(0, 12);
  return join(dirname(cacheDir()), 'redcore-data', checkoutHash);
}

/** A folder's parent for throw-away stacks of tests. */
export function temporaryRoot(): string {
  return !isRoot() || isOpenToOthers(tmpdir()) ? tmpdir() : dirname(cacheDir());
}
