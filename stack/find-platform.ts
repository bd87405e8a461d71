import { existsSync } from 'node:fs';
import { loadCommandConfig } from '../runtime/config.ts';
import { demoEnvFile } from './paths.ts';

export interface PlatformAddresses {
  /** The owner's role. */
  databaseUrl: string;
  temporalAddress: string;
  temporalNamespace: string;
  sandboxProviderUrl: string;
  kafkaBrokers?: readonly string[] | undefined;
  redisUrl?: string | undefined;
}

/** Where an operator's command finds the platform: the environment if it names a database, else what `npm start` left behind. */
export function findPlatform(): PlatformAddresses {
  if (!process.env['DATABASE_URL']) {
    if (!existsSync(demoEnvFile)) throw new Error('DATABASE_URL is not set, and npm start is not running.');
    process.loadEnvFile(demoEnvFile);
  }
  const { ownerDatabaseUrl: databaseUrl, temporalAddress, sandboxProviderUrl, ...optional } = loadCommandConfig();
  if (temporalAddress === undefined) throw new Error('Configuration: TEMPORAL_ADDRESS is missing.');
  if (sandboxProviderUrl === undefined) throw new Error('Configuration: SANDBOX_PROVIDER_URL is missing.');
  const { temporalNamespace, kafkaBrokers, redisUrl } = optional;
  return { databaseUrl, temporalAddress, temporalNamespace, sandboxProviderUrl, kafkaBrokers, redisUrl };
}
