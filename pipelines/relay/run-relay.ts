import type { Sql } from '../../db/database.ts';
import { measureBacklog } from '../../db/queries/unpublished.ts';
import { registerGauge } from '../../runtime/metrics.ts';
import { type IntentRelayParts, startIntentRelay } from './relay-intents.ts';
import { type MessageRelayParts, startMessageRelay } from './relay-messages.ts';

export type RelayParts = MessageRelayParts & IntentRelayParts;

let measured: Sql | undefined;

registerGauge({
  name: 'redcore_relay_backlog_seconds',
  help: 'Age of the oldest row that broker or engine have not accepted; NaN while PostgreSQL does not say',
  labels: ['source'],
  async collect(gauge) {
    if (measured === undefined) return;
    const unknown = { outboxSeconds: Number.NaN, inboxSeconds: Number.NaN, intentsSeconds: Number.NaN };
    const backlog = await measureBacklog(measured).catch(() => unknown);
    gauge.set({ source: 'outbox' }, backlog.outboxSeconds);
    gauge.set({ source: 'inbox' }, backlog.inboxSeconds);
    gauge.set({ source: 'intents' }, backlog.intentsSeconds);
  },
});

/** Everything that leaves PostgreSQL by itself: events and notifications to the broker, starts and wakes to the engine. */
export function runRelay(parts: RelayParts): { stop(): Promise<void> } {
  measured = parts.system;
  const loops = [startMessageRelay(parts), startIntentRelay(parts)];
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}
