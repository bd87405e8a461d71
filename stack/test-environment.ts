import type { StackAddresses } from './local-stack.ts';

/** What the test runner hands to tests: the addresses of their own stack. */
export type TestEnvironment = StackAddresses & {
  appDatabaseUrl: string;
  systemDatabaseUrl: string;
  identityDatabaseUrl: string;
  /** Holds the stack's secrets; further folders for what a test starts may be made in it. */
  dataDir: string;
  logDir: string;
  temporalTestServerPath: string;
  /** Of whatever a test does at random: printed by it, and given again by REDCORE_TEST_SEED. */
  seed: string;
};

const names = {
  databaseUrl: 'REDCORE_TEST_DATABASE_URL',
  appDatabaseUrl: 'REDCORE_TEST_APP_DATABASE_URL',
  systemDatabaseUrl: 'REDCORE_TEST_SYSTEM_DATABASE_URL',
  identityDatabaseUrl: 'REDCORE_TEST_IDENTITY_DATABASE_URL',
  temporalAddress: 'REDCORE_TEST_TEMPORAL_ADDRESS',
  temporalNamespace: 'REDCORE_TEST_TEMPORAL_NAMESPACE',
  temporalUiUrl: 'REDCORE_TEST_TEMPORAL_UI_URL',
  kafkaBrokers: 'REDCORE_TEST_KAFKA_BROKERS',
  redisUrl: 'REDCORE_TEST_REDIS_URL',
  dataDir: 'REDCORE_TEST_DATA_DIR',
  logDir: 'REDCORE_TEST_LOG_DIR',
  temporalTestServerPath: 'REDCORE_TEST_TEMPORAL_TEST_SERVER',
  seed: 'REDCORE_TEST_SEED',
} as const satisfies Record<keyof TestEnvironment, string>;

export function spellTestEnvironment(environment: TestEnvironment): Record<string, string> {
  const keys = Object.keys(names) as (keyof TestEnvironment)[];
  return Object.fromEntries(keys.map((key) => [names[key], String(environment[key])]));
}

export function readTestEnvironment(): TestEnvironment {
  const read = (key: keyof TestEnvironment): string => {
    const value = process.env[names[key]];
    if (value === undefined) {
      throw new Error(
        `${names[key]} is not set: run this test through npm test or npm run test:<kind>, which start the stack.`,
      );
    }
    return value;
  };
  const texts = Object.fromEntries((Object.keys(names) as (keyof TestEnvironment)[]).map((key) => [key, read(key)]));
  return { ...(texts as unknown as TestEnvironment), kafkaBrokers: read('kafkaBrokers').split(',').filter(Boolean) };
}

/** A shell's own variables, which programs are found and caches kept by. */
const ofAShell = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'JAVA_HOME', 'XDG_CACHE_HOME', 'REDCORE_CACHE_DIR'];

/** What somebody has who types a command outside of the tests: nothing of the run's own variables. */
export function readShellEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(ofAShell.map((name) => [name, process.env[name]]));
}
