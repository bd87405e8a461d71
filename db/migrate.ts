import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/postgres-js';
import { migrate as runMigrations } from 'drizzle-orm/postgres-js/migrator';
import postgres from 'postgres';

/** Creates the three roles (neither owner nor BYPASSRLS), then brings the schema up to date. Repeatable. */
export async function migrate(options: {
  ownerUrl: string;
  appPassword: string;
  systemPassword: string;
  identityPassword: string;
  onProgress?: (line: string) => void;
}): Promise<void> {
  const sql = postgres(options.ownerUrl, { max: 1, onnotice: () => {} });
  try {
    // Two migrations at once would both create the roles: the second waits here.
    await sql`select pg_advisory_lock(4242)`;
    await ensureRole(sql, 'redcore_app', options.appPassword);
    await ensureRole(sql, 'redcore_system', options.systemPassword);
    await ensureRole(sql, 'redcore_identity', options.identityPassword);
    options.onProgress?.('bringing the schema up to date');
    await runMigrations(drizzle(sql), { migrationsFolder: fileURLToPath(new URL('./migrations', import.meta.url)) });
  } finally {
    await sql.end();
  }
}

async function ensureRole(sql: postgres.Sql, role: string, password: string): Promise<void> {
  const attributes = 'LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE';
  const [known] = await sql`select 1 from pg_roles where rolname = ${role}`;
  const quoted = `'${password.replaceAll("'", "''")}'`;
  await sql.unsafe(`${known ? 'ALTER' : 'CREATE'} ROLE ${role} ${attributes} PASSWORD ${quoted}`);
}
