import { openDatabase } from '../db/database.ts';
import { resealOlder } from '../db/queries/reseal.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { createSealer } from '../runtime/sealer.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';
import { findSealKeys } from './find-seal-keys.ts';

/**
 * The second half of a rotation: once every process has the new key in front, what the older ones sealed is sealed anew. After it
 * they can be taken out of `REDCORE_SEAL_KEYS`. Repeatable; secrets are replaced meanwhile as ever.
 */
async function reseal(): Promise<void> {
  const { databaseUrl } = findPlatform();
  const keys = findSealKeys();
  if (keys === null) throw new Error('Configuration: REDCORE_SEAL_KEYS is missing.');
  const owner = openDatabase(databaseUrl, { max: 1, name: 'redcore-reseal', readsEverything: true });
  try {
    const resealed = await resealOlder(owner, createSealer(keys));
    const counts = Object.entries(resealed).map(([what, count]) => `${count} ${what}`);
    console.log(`Sealed anew by "${keys[0]?.name}": ${counts.join(', ')}`);
  } finally {
    await owner.end({ timeout: 5 });
  }
}

try {
  assertEnvironment();
  await reseal();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
