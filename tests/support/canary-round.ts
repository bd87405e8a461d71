import { randomBytes } from 'node:crypto';
import { routeRegistry } from '../../contracts/rest/registry.ts';
import { makeApiKey } from '../../identity/api-key.ts';
import { findCardNumbers, type SearchedPlaces } from '../../stack/invariants/card-numbers/find-card-numbers.ts';
import { makeIds, makeLinks, signInOperator } from './canary-callers.ts';
import { pushAtSignIn } from './canary-sign-in.ts';
import { type FuzzCase, FuzzCases } from './fuzz-cases.ts';
import type { TestPlatform } from './platform.ts';
import type { PlatformTenant } from './platform-tenant.ts';
import { createSeededRandom } from './seeded-random.ts';
import { stackEnv } from './stack-env.ts';

const atOnce = 8;
const random = (bytes: number) => randomBytes(bytes).toString('hex');

/** Texts that may stand nowhere, each made for this round. */
export function makeCanaries() {
  return {
    // A test number of an issuer, and one of another brand as people write it.
    cards: ['4000056655665556', '5200 8282 8282 8210'],
    apiKey: makeApiKey('live').text,
    stripeKey: `sk_test_${random(16)}`,
    paypalSecret: `paypal-${random(16)}`,
    webhookSecret: `whsec_${random(24)}`,
    password: `Pass-${random(12)}`,
  };
}
export type Canaries = ReturnType<typeof makeCanaries>;

export interface CanaryRound {
  sent: number;
  /** How many answers of each status. */
  statuses: Record<number, number>;
  /** Operations whose body nobody looked at, since what they are about was nobody’s each time. */
  unreached: string[];
  found: SearchedPlaces;
}

/**
 * Cards and API keys into every field of every route, since no text may hold them; credentials of others into the fields that are
 * for them, and all of them into every path that ends in a refusal. Then every place with text is searched.
 */
export async function runCanaryRound(
  platform: TestPlatform,
  options: { seed: number; everyNth: number; canaries: Canaries },
): Promise<CanaryRound> {
  const { canaries } = options;
  const tenant = await platform.makeTenant();
  const ids = { ...(await makeIds(tenant)), tenant_id: (await platform.makeTenant()).tenantId };
  const cases = new FuzzCases(createSeededRandom(options.seed), ids, []);
  const all = texts(canaries);
  const recognizable = [...canaries.cards, canaries.apiKey];
  const operator = await signInOperator(platform);
  const key = { authorization: `Bearer ${tenant.apiKey}` };
  const ofOperators = ({ operation }: FuzzCase) => routeRegistry.get(operation)?.permission === 'tenants:manage';
  const everywhere = [...cases.everywhere(recognizable)].map((one) => ({
    one,
    by: ofOperators(one) ? operator : key,
    isRead: true,
  }));
  const onErrorPaths = all.flatMap((text) => [...cases.onErrorPaths(text, recognizable.includes(text))]);
  // What holds no text that is refused may delete what the others are about: it comes last.
  const sent = [...everywhere, ...onErrorPaths.map((one) => ({ one, by: key, isRead: false }))].filter(
    (_case, index) => index % options.everyNth === 0,
  );
  const statuses: Record<number, number> = {};
  const [unknown, known] = [new Set<string>(), new Set<string>()];
  const waiting = sent.toReversed();
  async function sendNext(): Promise<void> {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const status = await send(platform.apiUrl, next.by, next.one);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (next.isRead && next.one.raw !== undefined) (status === 404 ? unknown : known).add(next.one.operation);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, sendNext));
  await fillSecretFields(tenant, canaries);
  const atSignIn = await pushAtSignIn(platform, tenant, recognizable);
  const links = await makeLinks(platform, tenant);
  await tenant.waitForQuiet(60_000);
  const found = await searchEverywhere(platform, all);
  // Senders are told of links: in their topic, and nowhere else.
  const foundLinks = await searchEverywhere(platform, links, { kafkaBrokers: undefined });
  found.violations.push(...foundLinks.violations);
  return {
    sent: sent.length + atSignIn,
    statuses,
    unreached: [...unknown].filter((operation) => !known.has(operation)).toSorted(),
    found,
  };
}

const texts = ({ cards, ...secrets }: Canaries): string[] => [...cards, ...Object.values(secrets)];

async function send(
  apiUrl: string,
  credentials: Record<string, string>,
  { method, path, headers, raw }: FuzzCase,
): Promise<number> {
  const response = await fetch(apiUrl + path, {
    method,
    headers: { ...credentials, ...headers },
    ...(raw === undefined ? {} : { body: raw }),
  });
  // A stream of changes ends when somebody leaves.
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) await response.body?.cancel();
  else await response.arrayBuffer();
  return response.status;
}

/** Where they belong: sealed from then on, and shown to nobody. */
async function fillSecretFields({ rest }: PlatformTenant, canaries: Canaries): Promise<void> {
  const { stripeKey, paypalSecret, webhookSecret } = canaries;
  const put = (provider: string, body: Record<string, unknown>) =>
    rest.send('PUT', `/v1/admin/provider-accounts/${provider}`, body, `canary-${random(8)}`);
  await put('stripe', { credentials: { secret_key: stripeKey } });
  await put('paypal', { credentials: { client_id: 'client', client_secret: paypalSecret } });
  await rest.send(
    'POST',
    '/v1/admin/webhook-endpoints',
    { provider: 'stripe', secret: webhookSecret },
    `canary-${random(8)}`,
  );
}

/** Each process's log, every column of every table, topics, Redis, workflows. */
export function searchEverywhere(
  platform: TestPlatform,
  needles: readonly string[],
  { kafkaBrokers }: { kafkaBrokers: string[] | undefined } = platform.addresses,
): Promise<SearchedPlaces> {
  const { redisUrl, logDir } = stackEnv();
  const { owner, client } = platform;
  return findCardNumbers({ owner, client, tenantId: null, kafkaBrokers, redisUrl, logDir, needles });
}
