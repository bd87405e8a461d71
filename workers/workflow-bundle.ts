import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

const projectDir = join(import.meta.dirname, '..');
const workflowsDir = join(projectDir, 'workflows');
const cacheDir = join(projectDir, 'node_modules', '.cache', 'redcore');

// Workflow code imports only itself and the SDK, so these two are all that can change the bundle.
function contentHash(): string {
  const hash = createHash('sha256');
  const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
  hash.update(version);
  for (const name of readdirSync(workflowsDir).toSorted()) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    hash.update(`\0${name}\0`).update(readFileSync(join(workflowsDir, name)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** Bundling takes seconds and the code seldom changes: it is done once per content, in production while the image is built. */
export async function loadWorkflowBundle(): Promise<WorkflowBundleOption> {
  const codePath = join(cacheDir, `workflows-${contentHash()}.cjs`);
  if (existsSync(codePath)) return { codePath };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(workflowsDir, 'index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  try {
    mkdirSync(cacheDir, { recursive: true });
    const partial = `${codePath}.${process.pid}`;
    writeFileSync(partial, code);
    renameSync(partial, codePath);
    return { codePath };
  } catch (error) {
    const unwritable = ['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
    if (unwritable) return { code };
    throw error;
  }
}
