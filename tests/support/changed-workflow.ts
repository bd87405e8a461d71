import { sleep } from '@temporalio/workflow';
import { subscription as released } from '../../workflows/subscription.ts';

/** What a careless change would release: a command before all the others. */
export async function subscription(ref: Parameters<typeof released>[0]): Promise<string> {
  await sleep(1_000);
  return released(ref);
}
