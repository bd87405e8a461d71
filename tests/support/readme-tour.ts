import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkoutDir } from '../../stack/paths.ts';
import type { Json } from './call-api.ts';
import type { Desk } from './npm-start.ts';

const marker = '--- the next block of README.md ---';
const endsWithinSeconds = 240;

/** Every block of commands in README.md from one heading to another, the latter's left out. */
export function readBlocks(range: { from: string; to: string }): string[] {
  const readme = readFileSync(join(checkoutDir, 'README.md'), 'utf8');
  const [start, end] = [readme.indexOf(`\n## ${range.from}\n`), readme.indexOf(`\n## ${range.to}\n`)];
  if (start < 0 || end < start) throw new Error(`README.md has no "${range.from}" before "${range.to}"`);
  const shown = readme.slice(start, end);
  return [...shown.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block);
}

export interface Printed {
  /** Of the one block that has this line or part of a line. */
  by(part: string): string;
  /** The JSON objects among it, a line each. */
  answersBy(part: string): Json[];
  /** Those of every block. */
  answers: Json[];
}

/** As pasted into one shell, but for `-e` and `-u`: a command that fails, or an unset variable, is the end. */
export async function runBlocks(desk: Desk, blocks: readonly string[]): Promise<Printed> {
  const script = join(desk.folder, 'tour.sh');
  writeFileSync(script, blocks.join(`echo '${marker}'\n`));
  const output = await runShell(desk, script);
  const parts = output.split(`${marker}\n`);
  const by = (part: string): string => {
    const found = blocks.flatMap((block, index) => (block.includes(part) ? [parts[index] ?? ''] : []));
    if (found.length !== 1) throw new Error(`${found.length} blocks of README.md have ${part}`);
    return found[0] ?? '';
  };
  return { by, answersBy: (part) => answersIn(by(part)), answers: answersIn(output) };
}

async function runShell(desk: Desk, script: string): Promise<string> {
  try {
    // `timeout` ends what the shell started, too.
    const args = ['-k', '10', String(endsWithinSeconds), 'sh', '-eu', script];
    const { stdout } = await promisify(execFile)('timeout', args, {
      ...{ cwd: desk.folder, env: desk.environment, maxBuffer: 64 * 1024 * 1024 },
    });
    return stdout;
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    const said = `${stdout.slice(stdout.lastIndexOf(marker))}${stderr}`;
    throw new Error(`The blocks of README.md end with ${String(code)}: ${said}`, { cause: error });
  }
}

function answersIn(output: string): Json[] {
  const lines = output.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as Json);
}
