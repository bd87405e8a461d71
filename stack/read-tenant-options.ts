import { parseArgs } from 'node:util';
import type { TenantId } from '../domain/ids.ts';
import { describeError } from './describe-error.ts';

export interface TenantOptions {
  /** Null: all of them. */
  tenantId: TenantId | null;
  toleratedMs: number;
}

/** Of the commands that look through one tenant or all of them; ends the process where they cannot be read. */
export function readTenantOptions(command: string): TenantOptions {
  try {
    const { values } = parseArgs({
      options: { tenant: { type: 'string' }, 'tolerated-seconds': { type: 'string', default: '60' } },
    });
    const toleratedMs = Number(values['tolerated-seconds']) * 1_000;
    if (!(toleratedMs >= 0)) throw new Error('tolerated-seconds is no number of seconds');
    return { tenantId: (values.tenant as TenantId | undefined) ?? null, toleratedMs };
  } catch (error) {
    const usage = `Usage: npm run ${command} [-- --tenant ten_… --tolerated-seconds 60]`;
    console.error(`${describeError(error)}. ${usage}`);
    process.exit(2);
  }
}
