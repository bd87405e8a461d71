import { SingleBar } from 'cli-progress';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { createDemoBank } from './demo/demo-bank.ts';
import { createDemoClient } from './demo/demo-client.ts';
import { inLanes } from './demo/in-lanes.ts';
import { begin, live, makePlans, monthCount, stepsPerStory } from './demo/live.ts';
import { openPlatform } from './demo/open-platform.ts';
import { showEverybody, showInvoices, showTimeline, type Told } from './demo/show.ts';
import { stories } from './demo/stories.ts';
import { describeError } from './describe-error.ts';

/** As many lives side by side as two cores follow without a clock's advance taking long. */
const livesAtOnce = 5;

async function main(): Promise<void> {
  const platform = await openPlatform((line) => console.log(line));
  try {
    const client = createDemoClient(platform.url, platform.key);
    const bank = createDemoBank(platform.sandboxProviderUrl);
    const plans = await makePlans(client);
    console.log(`\n${stories.length} customers live through ${monthCount} months on test clocks.\n`);
    const bar = new SingleBar({
      format: '{bar} {percentage}% · {value}/{total} half-months lived · {duration_formatted}',
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    });
    bar.start(stories.length * stepsPerStory, 0);
    const told: Told[] = [];
    await inLanes(stories, livesAtOnce, async (story) => {
      const living = await begin({ client, bank }, plans, story);
      await live(living, story, () => bar.increment());
      told.push({ ...living, story });
    });
    bar.stop();
    told.sort((a, b) => stories.indexOf(a.story) - stories.indexOf(b.story));
    console.log(`\n${await showEverybody(client, told)}`);
    await showOne(client, told, 'Judea');
    await showOne(client, told, 'Robin');
    await showOne(client, told, 'Hedy');
    await showOne(client, told, 'Ken');
    console.log(`\nTo look at:\n${links(platform, told).join('\n')}`);
    await platform.leave();
  } catch (error) {
    await platform.close();
    throw error;
  }
}

async function showOne(
  client: ReturnType<typeof createDemoClient>,
  told: readonly Told[],
  name: string,
): Promise<void> {
  const living = told.find(({ story }) => story.who.startsWith(name));
  if (!living) return;
  console.log(`\n${living.story.who}: what happened\n${await showTimeline(client, living)}`);
  console.log(`\n${living.story.who}: invoices\n${await showInvoices(client, living)}`);
}

function links(platform: { url: string; temporalUiUrl: string; namespace: string }, told: readonly Told[]): string[] {
  const workflows = `${platform.temporalUiUrl}/namespaces/${platform.namespace}/workflows`;
  const paused = told.find(({ story }) => story.who.startsWith('Silvio'));
  return [
    `  sleeping workflows    ${workflows}?query=${encodeURIComponent('WorkflowType="subscription" AND ExecutionStatus="Running"')}`,
    `  past due or paused    ${workflows}?query=${encodeURIComponent('SubscriptionStatus IN ("past_due", "paused")')}`,
    `  API reference         ${platform.url}/docs`,
    ...(paused
      ? [
          `  one subscription      curl -H "Authorization: Bearer $REDCORE_API_KEY" ${platform.url}/v1/subscriptions/${paused.subscriptionId}`,
        ]
      : []),
  ];
}

try {
  assertEnvironment();
  await main();
} catch (error) {
  console.error(describeError(error));
  process.exit(1);
}
