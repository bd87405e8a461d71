import type { Client } from '@temporalio/client';
import { readValues } from '../../../adapters/cache/redis/read-values.ts';
import { readTopics } from '../../../adapters/events/kafka/read-topics.ts';
import { topics } from '../../../contracts/events/index.ts';
import type { Sql } from '../../../db/database.ts';
import { scanTexts } from '../../../db/queries/card-numbers.ts';
import type { Violation } from '../../../db/queries/invariants.ts';
import type { TenantId } from '../../../domain/ids.ts';
import { containsCardNumber } from '../../../runtime/card-number.ts';
import { createLogger } from '../../../runtime/logger.ts';
import { readHistories } from './read-histories.ts';
import { readLogs } from './read-logs.ts';

const limits = {
  databaseMs: 60_000,
  topicMessages: 20_000,
  topicsMs: 15_000,
  redisKeys: 20_000,
  logBytesPerFile: 64 * 1024 * 1024,
  workflows: 50,
};
/** More of one place say nothing new. */
const violationsPerPlace = 50;

export interface CardNumberPlaces {
  owner: Sql;
  client: Client;
  /** Then only what can be told apart by tenant: rows and histories. */
  tenantId: TenantId | null;
  kafkaBrokers: readonly string[] | undefined;
  /** Else the platform's own. */
  topics?: readonly string[];
  redisUrl: string | undefined;
  logDir: string | undefined;
  /** Looked for in place of card-like numbers, in hashes and sealed columns too: plain texts without a quote or backslash. */
  needles?: readonly string[];
}

export interface SearchedPlaces {
  violations: Violation[];
  counts: { columns: number; messages: number; redisKeys: number; logFiles: number; histories: number };
  /** What was not looked at, and why. */
  omitted: string[];
}

/** A serialized line break or tab before a number is no part of its token. */
const jsonEscapes = /\\(?:[bfnrt"\\/]|u[0-9a-fA-F]{4})/g;

function holdsCardNumber(text: string): boolean {
  return containsCardNumber(text) || (text.includes('\\') && containsCardNumber(text.replace(jsonEscapes, ' ')));
}

/** I14: no card-like number in the database, topics, Redis, logs or workflow histories. A violation never repeats the number. */
export async function findCardNumbers(places: CardNumberPlaces): Promise<SearchedPlaces> {
  const { needles } = places;
  const isHeld = needles ? (text: string) => needles.some((needle) => text.includes(needle)) : holdsCardNumber;
  const searchPlace: SearchPlace = (found, place, search) => searchOne(found, { place, isHeld }, search);
  const counts = { columns: 0, messages: 0, redisKeys: 0, logFiles: 0, histories: 0 };
  const found: SearchedPlaces = { violations: [], counts, omitted: [] };
  await searchPlace(found, 'database', async (note) => {
    const { tenantId } = places;
    const wanted = { tenantId, budgetMs: limits.databaseMs, ...(needles ? { needles } : {}) };
    const scanned = await scanTexts(places.owner, wanted, ({ text, ...row }) => note(row, [text]));
    counts.columns = scanned.columns;
    const { unread } = scanned;
    return unread.length === 0 ? null : `${unread.join(', ')} not read to the end in ${limits.databaseMs / 1000} s`;
  });
  await searchPlace(found, 'topics', (note) => searchTopics(places, counts, note));
  await searchPlace(found, 'Redis', (note) => searchRedis(places, counts, note, isHeld));
  await searchPlace(found, 'logs', (note) => searchLogs(places, counts, note));
  await searchPlace(found, 'histories', async (note) => {
    const wanted = { tenantId: places.tenantId, workflowsMax: limits.workflows };
    counts.histories = await readHistories(places.client, wanted, ({ texts, ...row }) => note(row, texts));
    return null;
  });
  return found;
}

type SearchPlace = (
  found: SearchedPlaces,
  place: string,
  search: (note: Note) => Promise<string | null>,
) => Promise<void>;
type Note = (row: object, texts: readonly string[]) => void;
type Counts = SearchedPlaces['counts'];

/** `search` answers what it left out, if anything. Where it cannot look, nothing is known: a violation too. */
async function searchOne(
  found: SearchedPlaces,
  { place, isHeld }: { place: string; isHeld: (text: string) => boolean },
  search: (note: Note) => Promise<string | null>,
): Promise<void> {
  let more = 0;
  const violations: Violation[] = [];
  try {
    const left = await search((row, texts) => {
      if (!texts.some(isHeld)) return;
      if (violations.length >= violationsPerPlace) more += 1;
      else violations.push({ invariant: 'I14', what: 'a card-like number is stored', row: { place, ...row } });
    });
    if (left !== null) found.omitted.push(`I14 in ${place}: ${left}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    violations.push({ invariant: 'I14', what: 'a place cannot be searched for card numbers', row: { place, reason } });
  }
  found.violations.push(...violations);
  if (more > 0) found.omitted.push(`I14 in ${place}: ${more} further card-like numbers`);
}

async function searchTopics(places: CardNumberPlaces, counts: Counts, note: Note): Promise<string | null> {
  const { kafkaBrokers: brokers, tenantId } = places;
  if (tenantId !== null) return 'not told apart by tenant';
  if (brokers === undefined || brokers.length === 0) return 'KAFKA_BROKERS is not set';
  const settings = { brokers, clientId: 'redcore-invariants', logger: createLogger('invariants', { level: 'silent' }) };
  const wanted = {
    topics: places.topics ?? topics.flatMap(({ name, deadLetterName }) => [name, deadLetterName]),
    messagesMax: limits.topicMessages,
    timeoutMs: limits.topicsMs,
  };
  const { read, held } = await readTopics(settings, wanted, ({ texts, ...row }) => note(row, texts));
  counts.messages = read;
  return read < held ? `${read} of ${held} messages read` : null;
}

async function searchRedis(
  places: CardNumberPlaces,
  counts: Counts,
  note: Note,
  isHeld: (text: string) => boolean,
): Promise<string | null> {
  const { redisUrl, tenantId } = places;
  if (tenantId !== null) return 'not told apart by tenant';
  if (redisUrl === undefined) return 'REDIS_URL is not set';
  const wanted = { prefix: places.needles ? '' : 'redcore:', keysMax: limits.redisKeys };
  // A key may be the number itself.
  const read = await readValues(redisUrl, wanted, ({ key, texts }) =>
    note({ key: isHeld(key) ? '(the key itself)' : key }, texts),
  );
  counts.redisKeys = read.read;
  return read.isAll ? null : `only ${read.read} keys read`;
}

async function searchLogs(places: CardNumberPlaces, counts: Counts, note: Note): Promise<string | null> {
  const { logDir, tenantId } = places;
  if (tenantId !== null) return 'not told apart by tenant';
  if (logDir === undefined) return 'no log folder is known';
  const wanted = { bytesPerFileMax: limits.logBytesPerFile };
  const read = await readLogs(logDir, wanted, ({ text, ...row }) => note(row, [text]));
  if (read === null) return 'there are no log files here';
  counts.logFiles = read.files;
  return read.shortened.length === 0 ? null : `only the end of ${read.shortened.join(', ')} read`;
}
