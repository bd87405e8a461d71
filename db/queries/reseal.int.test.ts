import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSealer } from '../../runtime/sealer.ts';
import { type OwnDatabase, openOwnDatabase } from '../../tests/support/own-database.ts';
import { type WebhookEndpointRow, webhookPurpose } from './configured-endpoints.ts';
import { type OauthClientRow, oauthClientPurpose } from './oauth-clients.ts';
import { accountPurpose, type ProviderAccountRow } from './provider-accounts.ts';
import { resealOlder } from './reseal.ts';
import { signingKeyPurpose, totpPurpose } from './sealed-identity.ts';

let database: OwnDatabase;
beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());

const oldKey = { name: 'k1', secret: 'the first key of all' };
const newKey = { name: 'k2', secret: 'the key that comes after' };
const accountsMax = 230;

async function fill(): Promise<void> {
  const { owner } = database;
  const sealer = createSealer([oldKey]);
  await owner`insert into tenants (tenant_id, name, mode)
    select 'ten_' || n, 'one of many', 'sandbox' from generate_series(1, ${accountsMax}) n`;
  for (let count = 1; count <= accountsMax; count += 1) {
    const account = {
      tenantId: `ten_${count}` as ProviderAccountRow['tenantId'],
      provider: 'stripe',
      mode: 'test' as const,
    };
    const { sealed, sealedBy } = sealer.seal(`credentials ${count}`, accountPurpose(account));
    const row = { ...account, status: 'active', credentials: Buffer.from(sealed), sealedBy };
    await owner`insert into provider_accounts ${owner(row as never)}`;
  }
  const endpoint = { tenantId: 'ten_1', id: 'whe_1' };
  const { sealed, sealedBy } = sealer.seal('a secret', webhookPurpose(endpoint));
  const row = { ...endpoint, provider: 'custom', mode: 'test', secret: Buffer.from(sealed), sealedBy };
  await owner`insert into webhook_endpoints ${owner(row as never)}`;
  const client = {
    tenantId: 'ten_1',
    id: 'cli_1',
    name: 'a client',
    grantTypes: [],
    role: 'viewer',
    createdBy: 'test',
  };
  const { sealed: secret, sealedBy: by } = sealer.seal('a client’s', oauthClientPurpose(client));
  const withSecret = { ...client, authMethod: 'client_secret_basic', secret: Buffer.from(secret), sealedBy: by };
  const without = { ...client, id: 'cli_2', authMethod: 'none', secret: null, sealedBy: null };
  await owner`insert into oauth_clients ${owner([withSecret, without] as never)}`;
  const code = sealer.seal('a seed', totpPurpose({ id: 'usr_1' }));
  await owner`insert into identity.users (id, email, totp_secret, sealed_by)
    values ('usr_1', 'a@example.com', ${Buffer.from(code.sealed)}, ${code.sealedBy}), ('usr_2', 'b@example.com', null, null)`;
  const jwk = sealer.seal('{"d":"x"}', signingKeyPurpose({ id: 'sig_1' }));
  await owner`insert into identity.signing_keys (id, algorithm, public_jwk, private_jwk, sealed_by, active_from)
    values ('sig_1', 'RS256', '{}', ${Buffer.from(jwk.sealed)}, ${jwk.sealedBy}, now())`;
}

/** Of each place. */
const counts = (accounts: number, others: number) => ({
  'provider accounts': accounts,
  ...{ 'webhook endpoints': others, 'OAuth2 clients': others },
  ...{ 'secrets for one-time codes': others, 'signing keys': others },
});

it('seals anew what an older key sealed, so that the older key can go, and does it once', async () => {
  const { owner } = database;
  await fill();
  const rotating = createSealer([newKey, oldKey]);
  expect(await resealOlder(owner, rotating)).toEqual(counts(accountsMax, 1));
  const rotated = createSealer([newKey]);
  const accounts = await owner<ProviderAccountRow[]>`select * from provider_accounts`;
  const opened = accounts.map((row) =>
    rotated.open({ sealed: row.credentials, sealedBy: row.sealedBy }, accountPurpose(row)),
  );
  expect(new Set(opened)).toEqual(new Set(Array.from({ length: accountsMax }, (_, at) => `credentials ${at + 1}`)));
  const [endpoint] = await owner<[WebhookEndpointRow]>`select * from webhook_endpoints`;
  expect(rotated.open({ sealed: endpoint.secret, sealedBy: endpoint.sealedBy }, webhookPurpose(endpoint))).toBe(
    'a secret',
  );
  const clients = await owner<OauthClientRow[]>`select * from oauth_clients order by id`;
  const [client, without] = clients;
  const { secret, sealedBy } = client as { secret: Uint8Array; sealedBy: string };
  expect(rotated.open({ sealed: secret, sealedBy }, oauthClientPurpose(client as OauthClientRow))).toBe('a client’s');
  expect(without).toMatchObject({ secret: null, sealedBy: null });
  const [user] = await owner<[{ id: string; totpSecret: Uint8Array; sealedBy: string }]>`
    select * from identity.users where totp_secret is not null`;
  expect(rotated.open({ sealed: user.totpSecret, sealedBy: user.sealedBy }, totpPurpose(user))).toBe('a seed');
  const [key] = await owner<[{ id: string; privateJwk: Uint8Array; sealedBy: string }]>`
    select * from identity.signing_keys`;
  expect(rotated.open({ sealed: key.privateJwk, sealedBy: key.sealedBy }, signingKeyPurpose(key))).toBe('{"d":"x"}');
  expect(await resealOlder(owner, rotating)).toEqual(counts(0, 0));
});

it('gives up by name where the key of a row is not configured, and leaves the row as it is', async () => {
  const { owner } = database;
  const stranger = createSealer([{ name: 'k3', secret: 'a key of another place' }]);
  await expect(resealOlder(owner, stranger)).rejects.toThrow('sealed by key "k2"');
  const names = await owner<{ sealedBy: string }[]>`select distinct sealed_by from provider_accounts`;
  expect(names.map(({ sealedBy }) => sealedBy)).toEqual(['k2']);
});
