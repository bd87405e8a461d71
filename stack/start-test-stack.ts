import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { migrate } from '../db/migrate.ts';
import type { ComponentName } from './components/component.ts';
import { ensureTemporalTestServer } from './components/temporal-test-server.ts';
import { type LocalStack, startLocalStack } from './local-stack.ts';
import { databaseUrlFor } from './platform.ts';
import { spellTestEnvironment } from './test-environment.ts';

/** A stack in a folder of its own on free ports, migrated; its addresses spelt out as variables for the tests. */
export async function startTestStack(options: {
  folder: string;
  components: readonly ComponentName[];
  onProgress: (line: string) => void;
}): Promise<{ stack: LocalStack; env: Record<string, string> }> {
  const { folder, components, onProgress } = options;
  const temporalTestServerPath = await ensureTemporalTestServer(onProgress);
  const stack = await startLocalStack({
    dataDir: join(folder, 'data'),
    logDir: join(folder, 'logs'),
    external: false,
    only: components,
    onProgress,
  });
  const { databaseUrl, secrets } = stack;
  const { appPassword, systemPassword, identityPassword } = secrets;
  try {
    await migrate({ ownerUrl: databaseUrl, appPassword, systemPassword, identityPassword });
  } catch (error) {
    await stack.stop();
    throw error;
  }
  const env = spellTestEnvironment({
    ...stack,
    appDatabaseUrl: databaseUrlFor(databaseUrl, 'redcore_app', appPassword),
    systemDatabaseUrl: databaseUrlFor(databaseUrl, 'redcore_system', systemPassword),
    identityDatabaseUrl: databaseUrlFor(databaseUrl, 'redcore_identity', identityPassword),
    temporalTestServerPath,
    seed: process.env['REDCORE_TEST_SEED'] || String(randomInt(1, 2 ** 31)),
  });
  return { stack, env };
}
