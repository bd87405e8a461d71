import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { checkoutDir } from '../../stack/paths.ts';

export interface CommandResult {
  exitCode: number | null;
  lines: string[];
  errors: string;
}

/** An operator's command, started as an operator does. */
export async function runCommand(
  script: string,
  options: { environment: NodeJS.ProcessEnv; args?: readonly string[] },
): Promise<CommandResult> {
  const child = spawn(process.execPath, ['stack/bootstrap.mjs', script, ...(options.args ?? [])], {
    cwd: checkoutDir,
    env: { PATH: `${checkoutDir}/node_modules/.bin:/usr/local/bin:/usr/bin:/bin`, TZ: 'UTC', ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  const [exitCode, output, errors] = await Promise.all([exited, text(child.stdout), text(child.stderr)]);
  return { exitCode, lines: output.trimEnd().split('\n'), errors };
}
