import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoEnvironment } from '../demo-env.ts';
import { describeError } from '../describe-error.ts';
import { createDemoBank } from './demo-bank.ts';
import { createDemoClient } from './demo-client.ts';
import { makePortalLink } from './make-portal-link.ts';
import { seedShop } from './seed-shop.ts';
import { shopGuest, shopName } from './shop.ts';

/** How many customers are made between two words about it. */
const wordEvery = 4;

export const portalLinkCommand = 'npm run portal-link';

/** Beside the secrets: whoever has those has the business they open. */
const doneFile = (dataDir: string) => join(dataDir, 'demo-data-made');

interface Seeding {
  environment: DemoEnvironment;
  dataDir: string;
  say: (line: string) => void;
  isStopping: () => boolean;
}

/**
 * Fills the demo's business while the platform is used already, once per data folder, and ends with a way into the customer
 * portal. Whatever goes wrong is said and stops nothing; the next start goes on from there.
 */
export async function seedInBackground(seeding: Seeding): Promise<void> {
  const isMade = await unlessItFails(seeding, 'The demo data is not complete, and the next start goes on with it', () =>
    makeDemoData(seeding),
  );
  if (!isMade) return;
  await unlessItFails(seeding, 'There is no link into the customer portal', () => showPortalLink(seeding));
}

async function unlessItFails(
  { say, isStopping }: Seeding,
  sentence: string,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    // What the end of the platform breaks off is no failure.
    if (!isStopping()) say(`${sentence}: ${describeError(error)}`);
    return false;
  }
}

async function makeDemoData({ environment, dataDir, say }: Seeding): Promise<void> {
  if (existsSync(doneFile(dataDir))) return;
  const { REDCORE_URL: url, DEMO_API_KEY: apiKey, SANDBOX_PROVIDER_URL: providerUrl } = environment;
  const startedAt = performance.now();
  say(`\nMaking demo data in “${shopName}”; everything can be used meanwhile.`);
  const onProgress = (done: number, total: number) => {
    if (done % wordEvery === 0 && done < total) say(`Demo data: ${done} of ${total} customers.`);
  };
  await seedShop({ url, apiKey, bank: createDemoBank(providerUrl), onProgress });
  writeFileSync(doneFile(dataDir), '');
  say(`Demo data is ready (${((performance.now() - startedAt) / 1000).toFixed(0)} s).`);
}

async function showPortalLink({ environment, say }: Seeding): Promise<void> {
  const client = createDemoClient(environment.REDCORE_URL, environment.DEMO_API_KEY);
  const link = await makePortalLink(client, shopGuest.email);
  say(`\nInto the customer portal as ${shopGuest.name}, once and within five minutes:\n  ${link}`);
  say(`Another link: ${portalLinkCommand} [-- e-mail address]`);
}
