import { migrate } from '../db/migrate.ts';
import { loadCommandConfig } from '../runtime/config.ts';

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Configuration: ${name} is missing.`);
  return value;
}

/** The deployment's step before the roles: the three database roles with their passwords, then the schema. Repeatable. */
await migrate({
  ownerUrl: loadCommandConfig().ownerDatabaseUrl,
  appPassword: required('REDCORE_APP_PASSWORD'),
  systemPassword: required('REDCORE_SYSTEM_PASSWORD'),
  identityPassword: required('REDCORE_IDENTITY_PASSWORD'),
  onProgress: (line) => console.log(line),
});
console.log('the schema is up to date');
