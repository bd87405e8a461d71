import { describeError } from '../describe-error.ts';
import type { Progress } from '../fetch-component.ts';
import type { PortPicker } from '../ports.ts';
import type { Secrets } from '../secrets.ts';
import type { ProcessSpec } from '../supervised-process.ts';

export const componentNames = ['postgres', 'temporal', 'kafka', 'redis'] as const;

export type ComponentName = (typeof componentNames)[number];

/** What a component needs to get ready on this machine. */
export type ComponentSetting = {
  dataDir: string;
  logDir: string;
  ports: PortPicker;
  secrets: Secrets;
  onProgress: Progress;
};

export type PreparedComponent<Address> = { address: Address; process: ProcessSpec; afterStart?: () => Promise<void> };

export const outsideVariables = {
  postgres: 'REDCORE_EXTERNAL_DATABASE_URL',
  temporal: 'REDCORE_EXTERNAL_TEMPORAL_ADDRESS',
  kafka: 'REDCORE_EXTERNAL_KAFKA_BROKERS',
  redis: 'REDCORE_EXTERNAL_REDIS_URL',
} as const satisfies Record<ComponentName, string>;

export function outsideAddress(name: ComponentName): string | undefined {
  return process.env[outsideVariables[name]] || undefined;
}

/** The one sentence for a component that is neither here nor to be had. */
export async function obtain<T>(
  what: { name: ComponentName; label: string; install: string },
  fetch: () => Promise<T>,
): Promise<T> {
  try {
    return await fetch();
  } catch (error) {
    const reason = describeError(error);
    throw new Error(
      `${what.label} could not be fetched (${reason}): ${what.install}, or set ${outsideVariables[what.name]} to one that runs already.`,
      { cause: error },
    );
  }
}
