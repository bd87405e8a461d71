// Runs on whatever Node the machine has (>= 20) and needs no package: it makes node_modules right,
// then hands over to the pinned Node. `node stack/bootstrap.mjs <script.ts | tool> [arguments]`.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const checkout = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(checkout, 'node_modules');
const stampFile = join(modules, '.redcore-stamp');
const patchDir = join('stack', 'patches');
const lockDir = join(checkout, '.redcore', 'install.lock');
const nodeBinary = join(modules, '.bin', 'node');
const installWaitMs = 10 * 60_000;

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

function wantedStamp() {
  const hash = createHash('sha256').update(readFileSync(join(checkout, 'package-lock.json')));
  for (const name of readdirSync(join(checkout, patchDir)).sort())
    hash.update(readFileSync(join(checkout, patchDir, name)));
  return `${hash.digest('hex')} ${process.platform} ${process.arch}`;
}

function isInstalled() {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wantedStamp() && existsSync(nodeBinary);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function lockIsStale() {
  try {
    const owner = Number(readFileSync(join(lockDir, 'pid'), 'utf8'));
    return owner > 0 && !isAlive(owner);
  } catch {
    // The owner is between mkdir and writing its pid, or died there.
    return existsSync(lockDir) && Date.now() - statSync(lockDir).mtimeMs > 5_000;
  }
}

function withInstallLock(work) {
  mkdirSync(dirname(lockDir), { recursive: true });
  const deadline = Date.now() + installWaitMs;
  for (let announced = false; ; announced = true) {
    try {
      mkdirSync(lockDir);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (lockIsStale()) rmSync(lockDir, { recursive: true, force: true });
      else if (Date.now() > deadline)
        fail(`Another process has been installing packages for 10 minutes: remove ${lockDir} if none is.`);
      else if (!announced) process.stderr.write('Waiting for another process that installs the packages …\n');
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    }
  }
  try {
    writeFileSync(join(lockDir, 'pid'), String(process.pid));
    work();
  } finally {
    rmSync(lockDir, { recursive: true, force: true });
  }
}

function pinnedNodeVersion() {
  return JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).devDependencies.node;
}

function runsPinnedNode() {
  const { stdout } = spawnSync(nodeBinary, ['-v'], { encoding: 'utf8' });
  return stdout?.trim() === `v${pinnedNodeVersion()}`;
}

// npm may be told not to run install scripts; the Node binary arrives by one.
function repairNode() {
  if (runsPinnedNode()) return;
  const folder = join(modules, 'node');
  const result = spawnSync(process.execPath, ['installArchSpecificPackage.js'], { cwd: folder, encoding: 'utf8' });
  // npm links a program only where it finds one.
  if (!existsSync(nodeBinary)) {
    rmSync(nodeBinary, { force: true });
    symlinkSync(join('..', 'node', 'bin', 'node'), nodeBinary);
  }
  if (!runsPinnedNode()) {
    const reason = (result.stderr || result.error?.message || '').trim().split('\n').at(-1);
    fail(`Node ${pinnedNodeVersion()} could not be installed from npm: ${reason || 'its install script did nothing'}.`);
  }
}

function applyPatches() {
  const script = join(modules, 'patch-package', 'index.js');
  const command = [script, '--patch-dir', patchDir, '--error-on-fail'];
  return spawnSync(process.execPath, command, { cwd: checkout, encoding: 'utf8' });
}

// `npm install <package>` changes the lock file and the folder together: then only the stamp is behind.
function holdsWhatIsLocked() {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const locked = JSON.parse(readFileSync(join(checkout, 'package-lock.json'), 'utf8')).packages;
  const isSame = ([path, entry]) =>
    installed[path]?.version === entry.version && installed[path]?.integrity === entry.integrity;
  const isMine = ([path, entry]) => path !== '' && !(entry.optional && !installed[path]);
  return Object.entries(locked).filter(isMine).every(isSame) && Object.keys(installed).every((path) => locked[path]);
}

function install() {
  if (isInstalled()) return;
  if (holdsWhatIsLocked() && runsPinnedNode() && applyPatches().status === 0) {
    writeFileSync(stampFile, wantedStamp());
    return;
  }
  process.stderr.write('Installing the packages (npm ci, once per lock file) …\n');
  const environment = { ...process.env, SCARF_ANALYTICS: 'false', NODE_ENV: 'development' };
  const command = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--include=dev', '--include=optional'];
  try {
    execFileSync('npm', command, {
      cwd: checkout,
      env: environment,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    const lines = String(error.stderr || error.message)
      .trim()
      .split('\n');
    fail(`npm ci failed: ${lines.find((line) => /error/i.test(line) && !/code/.test(line)) ?? lines[0]}`);
  }
  repairNode();
  const patched = applyPatches();
  if (patched.status !== 0)
    fail(`The patches in ${patchDir} do not fit the packages: ${patched.stderr.trim() || patched.stdout.trim()}`);
  writeFileSync(stampFile, wantedStamp());
}

/** A tool's own script, so that the pinned Node runs it and not the one its first line names. */
function findTool(name) {
  const link = join(modules, '.bin', name);
  if (existsSync(link)) return createRequire(import.meta.url).resolve(link);
  return fail(`There is no file and no tool called ${name}.`);
}

function handOver(target, rest) {
  const file = resolve(checkout, target);
  const script = existsSync(file) && statSync(file).isFile() ? file : findTool(target);
  // kafkajs waits for negative times, which newer Node versions warn about.
  const child = spawn(nodeBinary, ['--disable-warning=TimeoutNegativeWarning', script, ...rest], {
    cwd: checkout,
    stdio: 'inherit',
    env: { ...process.env, TZ: 'UTC', REDCORE_PARENT_PID: String(process.pid) },
  });
  child.once('error', (error) => fail(`${nodeBinary} did not start: ${error.message}`));
  child.once('exit', (code, signal) => {
    if (signal) process.exit(128 + (signal === 'SIGINT' ? 2 : 15));
    process.exit(code ?? 1);
  });
  // A terminal's Ctrl-C reaches the child too: passed on as a plain stop, it is not taken for a second Ctrl-C.
  process.on('SIGINT', () => child.kill('SIGTERM'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  if (process.env.npm_lifecycle_event) watchNpm(() => child.kill('SIGTERM'));
}

function findParentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    // No such process, or no such file system: the caller compares with what it saw before.
    return undefined;
  }
}

// npm killed hard says nothing to its children, and a shell stands between: their changed parents are the message.
function watchNpm(onGone) {
  const shell = process.ppid;
  const npm = findParentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && findParentOf(shell) === npm) return;
    clearInterval(timer);
    onGone();
  }, 500);
  timer.unref();
}

const [target, ...rest] = process.argv.slice(2);
if (!target) fail('Usage: node stack/bootstrap.mjs <script.ts | tool> [arguments]');
if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node 20 or newer is needed, and this is ${process.versions.node}.`);
if (!isInstalled()) withInstallLock(install);
handOver(target, rest);
