import type { EventBus, OutgoingMessage } from '../../adapters/events/port.ts';
import type { ChangeTeller } from '../../adapters/live/port.ts';
import type { Envelope } from '../../contracts/events/envelope.ts';
import { topics } from '../../contracts/events/index.ts';
import type { Sql } from '../../db/database.ts';
import { outboxShardCount } from '../../db/outbox-shard.ts';
import {
  type InboxRow,
  markInboxPublished,
  markOutboxPublished,
  type OutboxRow,
  readUnpublishedInbox,
  readUnpublishedOutbox,
} from '../../db/queries/unpublished.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter, registerHistogram } from '../../runtime/metrics.ts';
import { type Found, type PollLoop, startPollLoop } from '../../runtime/poll-loop.ts';
import { changesOfEvent } from '../live/changes-of-event.ts';
import { tellChanges } from '../live/tell-changes.ts';
import { type Checked, checkOutboxRow, messageOfInboxRow } from './event-messages.ts';
import { inboxShard, leadShards } from './lead-shards.ts';

const limitPerShard = 64;
const inboxLimit = 500;
const leadershipIntervalMs = 1_000;
const topicNames = topics.map(({ name }) => name);

const published = registerCounter({
  name: 'redcore_relay_published_total',
  help: 'Messages acknowledged by the broker',
  labels: ['topic'],
});
const invalid = registerCounter({
  name: 'redcore_relay_invalid_total',
  help: 'Outbox rows that do not fit their schema and were dead-lettered: a bug, each of them',
  labels: ['topic'],
});
const failures = registerCounter({ name: 'redcore_relay_failures_total', help: 'Rounds of the relay that failed' });
const lag = registerHistogram({
  name: 'redcore_relay_lag_seconds',
  help: 'From the row to the acknowledgement of the broker',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 300],
});

export interface MessageRelayParts {
  /** A pool of one direct connection of the system role: the shards' locks live in its session. */
  leader: Sql;
  bus: EventBus;
  /** Absent: nobody is told of changes as they happen. */
  teller?: ChangeTeller;
  logger: Logger;
}

/**
 * Outbox and inbox → broker, at least once: rows are marked after the acknowledgement, so a crash in between publishes them
 * again. Within a key rows leave in the order of their sequence, because one leader per shard waits for each acknowledgement.
 */
export function startMessageRelay(parts: MessageRelayParts): PollLoop {
  let leadershipIsDueAtMs = 0;
  let topicsExist = false;
  return startPollLoop({
    delayMinMs: 100,
    // Somebody waits for the acknowledgement of an administrator's retry, 300 ms in all.
    delayMaxMs: 150,
    onError(error) {
      failures.inc();
      topicsExist = false;
      parts.logger.error({ err: error }, 'events could not be relayed');
    },
    async tick() {
      if (!topicsExist) await parts.bus.ensureTopics(topicNames);
      topicsExist = true;
      if (performance.now() >= leadershipIsDueAtMs) {
        await leadShards(parts.leader);
        leadershipIsDueAtMs = performance.now() + leadershipIntervalMs;
      }
      return relayOnce(parts);
    },
  });
}

async function relayOnce(parts: MessageRelayParts): Promise<Found> {
  const { leader, bus, teller } = parts;
  const [outbox, inbox] = await Promise.all([
    readUnpublishedOutbox(leader, { shardCount: outboxShardCount, topics: topicNames, limitPerShard }),
    readUnpublishedInbox(leader, { shard: inboxShard, limit: inboxLimit }),
  ]);
  const messages = inbox.map(messageOfInboxRow);
  const settled: OutboxRow[] = [];
  for (const row of outbox) {
    const checked = checkOutboxRow(row);
    if (checked.kind === 'valid') messages.push(checked.message);
    if (checked.kind === 'valid' || (await deadLetter(parts, row, checked))) settled.push(row);
  }
  if (messages.length > 0) await bus.publish(messages);
  await Promise.all([
    tellChanges(teller, settled.map(factOf)),
    markOutboxPublished(leader, settled),
    markInboxPublished(leader, inbox),
  ]);
  observe(messages, settled, inbox);
  if (outbox.length + inbox.length === 0) return 'none';
  return isFull(outbox, inbox) ? 'more' : 'some';
}

const factOf = ({ tenantId, envelope }: OutboxRow) => ({ tenantId, changes: changesOfEvent(envelope as Envelope) });

/** The row of a bug waits for a person beside its topic; those behind it go on. False: not even that could be published. */
async function deadLetter(
  { bus, logger }: MessageRelayParts,
  row: OutboxRow,
  { message, reason }: Extract<Checked, { kind: 'invalid' }>,
): Promise<boolean> {
  const { tenantId, id, topic } = row;
  try {
    await bus.deadLetter(message, { reason, source: 'relay' });
  } catch (error) {
    logger.error({ err: error, tenantId, id, topic, reason }, 'an invalid event could not be dead-lettered');
    return false;
  }
  invalid.inc({ topic });
  logger.error({ tenantId, id, topic, reason }, 'an invalid event was dead-lettered');
  return true;
}

function isFull(outbox: readonly OutboxRow[], inbox: readonly InboxRow[]): boolean {
  const perShard = Map.groupBy(outbox, ({ shard }) => shard);
  return inbox.length === inboxLimit || [...perShard.values()].some((rows) => rows.length === limitPerShard);
}

function observe(messages: readonly OutgoingMessage[], outbox: readonly OutboxRow[], inbox: readonly InboxRow[]): void {
  for (const { topic } of messages) published.inc({ topic });
  const now = Date.now();
  for (const { createdAt } of outbox) lag.observe(Math.max(0, now - createdAt) / 1_000);
  for (const { receivedAt } of inbox) lag.observe(Math.max(0, now - receivedAt) / 1_000);
}
