import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakePaymentProvider } from '../adapters/payments/fake.ts';
import type { PaymentProvider } from '../adapters/payments/port.ts';
import { applyProviderEvent } from '../billing/attempts/apply-provider-event.ts';
import { newId } from '../db/new-id.ts';
import { type BillingFixture, openBillingFixture } from './support/billing-fixture.ts';
import { chargeOnce, finalStateOf, type Notified, openNotified } from './support/notified-fixture.ts';
import { type OwnDatabase, openOwnDatabase } from './support/own-database.ts';
import { addEndpoint, chargeUpdated, openTestDoor, signed } from './support/webhook-door.ts';

type Webhook = Parameters<Notified['receive']>[0];

let database: OwnDatabase;
let fixture: BillingFixture;
beforeAll(async () => {
  database = await openOwnDatabase();
  fixture = await openBillingFixture(database);
});
afterAll(async () => {
  await fixture.close();
  await database.close();
});

it('keeps a sealed secret from opening in another tenant’s row', async () => {
  const { app, owner, tenantId } = fixture;
  const provider = Object.assign(new FakePaymentProvider(), { name: 'sealed' });
  const door = openTestDoor({ app, providers: [provider], keptMs: 0 });
  const mine = await addEndpoint(owner, tenantId, { provider: 'sealed' });
  const body = chargeUpdated({ account: tenantId, reference: newId('attempt') });
  const to = { id: newId('event'), body, provider: 'sealed', endpoint: mine.id, secret: mine.secret };
  expect((await door(signed(to))).status).toBe(200);
  const other = newId('tenant');
  await owner`insert into tenants (tenant_id, name, mode) values (${other}, 'guards', 'sandbox')`;
  const copied = newId('webhookEndpoint');
  await owner`insert into webhook_endpoints (tenant_id, id, provider, mode, secret, sealed_by)
    select ${other}, ${copied}, provider, mode, secret, sealed_by from webhook_endpoints where id = ${mine.id}`;
  await expect(door(signed({ ...to, endpoint: copied }))).rejects.toThrow();
  expect(await database.owner`select 1 from inbox where tenant_id = ${other}`).toHaveLength(0);
});

describe('without its guard', () => {
  const copiesOf = async ({ headers }: Webhook) => {
    const id = headers['webhook-id'] ?? '';
    return (await database.owner`select 1 from inbox where provider_event_id = ${id}`).length;
  };

  it('the signature, anybody’s word reaches the inbox of a tenant they name', async () => {
    const { provider, app, tenantId } = fixture;
    const forged = () =>
      signed({
        id: newId('event'),
        secret: 'whsec_Zm9yZ2VkLWJ5LXNvbWVib2R5LWVsc2U=',
        body: chargeUpdated({ account: tenantId, reference: newId('attempt') }),
      });
    const guarded = openTestDoor({ app, providers: [provider] });
    const refused = forged();
    await expect(guarded(refused)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(await copiesOf(refused)).toBe(0);

    const trusting: PaymentProvider = Object.assign(new FakePaymentProvider(), {
      parseWebhook: async ({ headers, rawBody }: Parameters<PaymentProvider['parseWebhook']>[0]) => ({
        ...{ eventId: headers['webhook-id'] ?? '', type: 'charge.updated', fact: null, occurredAt: new Date() },
        accountRef: (JSON.parse(Buffer.from(rawBody).toString()) as { account: string }).account,
      }),
    });
    const believed = forged();
    expect((await openTestDoor({ app, providers: [trusting] })(believed)).status).toBe(200);
    expect(await copiesOf(believed)).toBe(1);
  });

  it('the key of the inbox, ten copies are ten rows, and each is carried and asked about', async () => {
    const notified = await openNotified(fixture);
    const askedFor = async (webhook: Webhook) => {
      let asked = 0;
      const { lookUp } = fixture.provider;
      fixture.provider.lookUp = (request) => {
        asked += 1;
        return lookUp.call(fixture.provider, request);
      };
      const answers = await Promise.all(Array.from({ length: 10 }, () => notified.receive(webhook)));
      expect(answers.every(({ status }) => status === 200)).toBe(true);
      await notified.carry();
      fixture.provider.lookUp = lookUp;
      return asked;
    };
    const open = await chargeOnce(fixture, 'tok_requires_action');
    const once = notified.about(open);
    expect(await askedFor(once)).toBe(1);
    expect(await copiesOf(once)).toBe(1);

    await database.owner`alter table inbox drop constraint inbox_tenant_id_provider_endpoint_provider_event_id_pk`;
    // Without the constraint nothing is a conflict: the statement has to lose its target too.
    await database.owner`create function keep_copies() returns trigger language plpgsql as $$
      begin new.provider_event_id := new.provider_event_id || ':' || new.id; return new; end $$`;
    await database.owner`create unique index inbox_copies on inbox (tenant_id, provider, endpoint, provider_event_id)`;
    await database.owner`create trigger keep_copies before insert on inbox for each row execute function keep_copies()`;
    const often = notified.about(open);
    expect(await askedFor(often)).toBe(10);
    const id = often.headers['webhook-id'] ?? '';
    expect(await database.owner`select 1 from inbox where provider_event_id like ${`${id}:%`}`).toHaveLength(10);
  });

  it('the rank of outcomes, a late word about an earlier state would take a paid invoice back', async () => {
    const { context, provider } = fixture;
    const paid = await chargeOnce(fixture, 'tok_ok');
    const before = await finalStateOf(fixture, paid);
    const { lookUp } = provider;
    provider.lookUp = async () => ({
      ...{ kind: 'found', amountMinor: 1999, currency: 'USD' },
      outcome: {
        kind: 'declined',
        providerChargeId: paid.chargeId,
        declineKind: 'soft',
        code: 'late',
        message: 'late',
      },
    });
    const event = { tenantId: fixture.tenantId, attemptId: paid.attemptId as never, consumer: 'guards' };
    await applyProviderEvent(context, { ...event, eventId: newId('event') });
    expect(await finalStateOf(fixture, paid)).toEqual(before);

    await database.owner`update payment_attempts set status = 'unknown' where id = ${paid.attemptId}`;
    await applyProviderEvent(context, { ...event, eventId: newId('event') });
    provider.lookUp = lookUp;
    expect(await finalStateOf(fixture, paid)).not.toEqual(before);
  });
});
