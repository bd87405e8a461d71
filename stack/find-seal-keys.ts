import { existsSync } from 'node:fs';
import { loadCommandConfig } from '../runtime/config.ts';
import { dataDir } from './paths.ts';
import { loadSecrets } from './secrets.ts';

export type SealKeys = readonly { name: string; secret: string }[];

/** What an operator's command opens sealed credentials with: the environment's keys, else those of the local data folder. */
export function findSealKeys(): SealKeys | null {
  const { sealKeys } = loadCommandConfig();
  if (sealKeys !== undefined) return sealKeys;
  const folder = dataDir();
  return existsSync(folder) ? [{ name: 'local', secret: loadSecrets(folder).sealSecret }] : null;
}
