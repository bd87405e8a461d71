import { afterAll, afterEach } from 'vitest';
import { type FixturePools, openFixturePools } from './billing-fixture.ts';
import { stackEnv } from './stack-env.ts';
import { startWorkflowHarness, type WorkflowHarness } from './workflow-harness.ts';
import { openWorkflowLife, type WorkflowLife } from './workflow-life.ts';

export interface Lives {
  /** A new tenant whose clock stands at this instant; its life is over with the test. */
  begin(startsAt: string): Promise<WorkflowLife>;
  harness(): WorkflowHarness;
}

/** To be called once at the top of a test file. Its tests share one server, or have each their own where they may break it. */
export function openLives(options: { serverEach: 'file' | 'test' } = { serverEach: 'file' }): Lives {
  let pools: FixturePools | undefined;
  let harness: WorkflowHarness | undefined;
  let life: WorkflowLife | undefined;

  async function stopServer(): Promise<void> {
    await harness?.stop();
    harness = undefined;
  }
  afterEach(async () => {
    try {
      await life?.close();
    } finally {
      life = undefined;
      if (options.serverEach === 'test') await stopServer();
    }
  });
  afterAll(async () => {
    await stopServer();
    await pools?.close();
  });
  return {
    async begin(startsAt) {
      pools ??= openFixturePools({ ownerUrl: stackEnv().databaseUrl, appUrl: stackEnv().appDatabaseUrl });
      harness ??= await startWorkflowHarness();
      life = await openWorkflowLife(harness, pools, startsAt);
      return life;
    },
    harness() {
      if (!harness) throw new Error('no life has begun');
      return harness;
    },
  };
}
