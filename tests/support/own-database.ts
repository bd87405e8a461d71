import { randomUUID } from 'node:crypto';
import { openDatabase, type Sql } from '../../db/database.ts';
import { migrate } from '../../db/migrate.ts';
import { stackEnv } from './stack-env.ts';

export interface OwnDatabase {
  ownerUrl: string;
  appUrl: string;
  systemUrl: string;
  identityUrl: string;
  owner: Sql;
  app: Sql;
  system: Sql;
  close(): Promise<void>;
}

/** A migrated database beside the stack's own, for a test about what reads across tenants: nobody else's rows are in it. */
export async function openOwnDatabase(): Promise<OwnDatabase> {
  const { databaseUrl, appDatabaseUrl, systemDatabaseUrl, identityDatabaseUrl } = stackEnv();
  const name = `own_${randomUUID().replaceAll('-', '')}`;
  const urlOf = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const admin = openDatabase(databaseUrl, { max: 1, name: 'own-database' });
  await admin`create database ${admin(name)}`;
  const urls = {
    ownerUrl: urlOf(databaseUrl),
    appUrl: urlOf(appDatabaseUrl),
    systemUrl: urlOf(systemDatabaseUrl),
    identityUrl: urlOf(identityDatabaseUrl),
  };
  const passwordOf = (url: string): string => decodeURIComponent(new URL(url).password);
  await migrate({
    ownerUrl: urls.ownerUrl,
    appPassword: passwordOf(appDatabaseUrl),
    systemPassword: passwordOf(systemDatabaseUrl),
    identityPassword: passwordOf(identityDatabaseUrl),
  });
  const owner = openDatabase(urls.ownerUrl, { max: 2, name: 'test-owner' });
  const app = openDatabase(urls.appUrl, { max: 8, name: 'test-app' });
  const system = openDatabase(urls.systemUrl, { max: 4, name: 'test-system' });
  return {
    ...urls,
    owner,
    app,
    system,
    async close() {
      await Promise.all([owner, app, system].map((sql) => sql.end({ timeout: 2 })));
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end({ timeout: 2 });
    },
  };
}
