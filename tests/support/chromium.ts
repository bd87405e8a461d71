import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { isRoot } from '../../stack/paths.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

function onPath(): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((file) => existsSync(file)) ?? null;
}

/** Debian's own, where nobody has put one there and this user may. */
function installed(): string | null {
  if (!isRoot() || spawnSync('apt-get', ['--version']).status !== 0) return null;
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  try {
    execFileSync('apt-get', ['update'], quiet);
    execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet);
  } catch (error) {
    console.warn(`Chromium could not be installed: ${(error as Error).message.split('\n')[0]}`);
    return null;
  }
  return onPath();
}

/** A browser for the journeys; null, with a sentence, on a machine that has none and cannot get one. */
export async function launchChromium(): Promise<Browser | null> {
  const executablePath = onPath() ?? installed();
  if (executablePath === null) {
    console.warn('There is no Chromium here: the journeys through the portals are skipped.');
    return null;
  }
  return chromium.launch({ executablePath, args: isRoot() ? ['--no-sandbox'] : [] });
}
