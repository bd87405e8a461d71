import { openDatabase } from '../db/database.ts';
import { publishedAheadMs, rotateSigningKeys } from '../identity/oidc/signing-keys.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { createSealer } from '../runtime/sealer.ts';
import { describeError } from './describe-error.ts';
import { findPlatform } from './find-platform.ts';
import { findSealKeys } from './find-seal-keys.ts';

/**
 * A new key for access and ID tokens, beside the rotation every 30 days: published at once, in use after a while, so that nobody who
 * checks tokens meets one they have not heard of. What the older keys signed stays good until it expires.
 */
async function rotate(): Promise<void> {
  const { databaseUrl } = findPlatform();
  const keys = findSealKeys();
  if (keys === null) throw new Error('Configuration: REDCORE_SEAL_KEYS is missing.');
  const owner = openDatabase(databaseUrl, { max: 1, name: 'redcore-rotate-signing-keys' });
  try {
    const id = await rotateSigningKeys(owner, createSealer(keys));
    console.log(`${id} is published and signs from ${new Date(Date.now() + publishedAheadMs).toISOString()} on`);
  } finally {
    await owner.end({ timeout: 5 });
  }
}

try {
  assertEnvironment();
  await rotate();
} catch (error) {
  console.error(describeError(error));
  process.exitCode = 1;
}
