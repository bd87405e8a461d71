import { expect, it } from 'vitest';
import type { OutboxRow } from '../../db/queries/unpublished.ts';
import type { TenantId } from '../../domain/ids.ts';
import { checkOutboxRow } from './event-messages.ts';

const tenantId = 'ten_1' as TenantId;
const topic = 'notifications.requested';

function row(envelope: object = {}): OutboxRow {
  return {
    ...{ tenantId, id: 'evt_1', shard: 0, topic, messageKey: 'cus_1', createdAt: 0 },
    envelope: {
      ...{ id: 'evt_1', type: topic, version: 1, tenant_id: tenantId, subscription_id: null, sequence: null },
      ...{ occurred_at: '2026-03-31T00:00:00.000Z', origin: 'api', data: { kind: 'reminder', details: {} } },
      ...envelope,
    },
  };
}

it('passes on what fits, as it is', () => {
  const checked = checkOutboxRow(row());
  expect(checked.kind).toBe('valid');
  expect(checked.message).toEqual({ topic, key: 'cus_1', value: JSON.stringify(row().envelope) });
});

it.each([
  ['of another row', { id: 'evt_2' }, /not the one of its row/],
  ['of another tenant', { tenant_id: 'ten_2' }, /not the one of its row/],
  ['of another topic', { type: 'subscriptions.paused' }, /not the one of its row/],
  ['with other data', { data: { kind: '' } }, /^data: kind too_small; details invalid_type$/],
  ['without origin', { origin: undefined }, /^envelope: origin invalid_value$/],
])('refuses an envelope %s and names the field, never its value', (_, envelope, reason) => {
  expect(checkOutboxRow(row(envelope))).toMatchObject({ kind: 'invalid', reason: expect.stringMatching(reason) });
});

it('sets aside what no broker would take, without its body', () => {
  const checked = checkOutboxRow(row({ data: { kind: 'reminder', details: { text: 'x'.repeat(700_001) } } }));
  expect(checked).toMatchObject({ kind: 'invalid', reason: 'the message exceeds 700000 bytes' });
  expect(JSON.parse(checked.message.value)).toEqual({ ...(row().envelope as object), data: null });
});
