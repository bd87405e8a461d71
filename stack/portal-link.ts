import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';
import { createDemoClient } from './demo/demo-client.ts';
import { makePortalLink } from './demo/make-portal-link.ts';
import { shopGuest } from './demo/shop.ts';
import { demoEnvFile } from './paths.ts';
import { runOperatorCommand } from './run-operator-command.ts';

const usage = 'Usage: npm run portal-link -- [e-mail address of a customer of the demo data]';

function readArguments(): string {
  const { positionals } = parseArgs({ allowPositionals: true, options: {} });
  if (positionals.length > 1) throw new Error('Name one customer');
  return positionals[0] ?? shopGuest.email;
}

/** Into the customer portal of the platform that npm start runs here, as a customer of the demo data. */
async function printPortalLink(email: string): Promise<void> {
  if (!existsSync(demoEnvFile)) throw new Error('npm start is not running here.');
  const environment = parseEnv(readFileSync(demoEnvFile, 'utf8'));
  const client = createDemoClient(environment['REDCORE_URL'] ?? '', environment['DEMO_API_KEY'] ?? '');
  console.log(await makePortalLink(client, email));
}

await runOperatorCommand({ usage, readArguments, work: printPortalLink });
