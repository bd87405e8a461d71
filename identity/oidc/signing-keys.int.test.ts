import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodePart } from '../../tests/support/decode-token.ts';
import { type IdentityHarness, startIdentityHarness } from '../../tests/support/identity-harness.ts';
import { testSealing } from '../../tests/support/test-sealer.ts';
import { rotateSigningKeys, rotateWhenDue } from './signing-keys.ts';

let harness: IdentityHarness;
const { sealer } = testSealing;

beforeAll(async () => {
  harness = await startIdentityHarness();
});
afterAll(() => harness.stop());

const audited = () =>
  harness.owner<{ actor: string; resourceId: string; details: object }[]>`
    select actor, resource_id, details from audit_log
    where tenant_id = 'platform' and action = 'signing_key.added' order by at, id`;

async function publishedKeys(): Promise<string[]> {
  const { keys } = (await (await fetch(`${harness.url}/oauth/jwks`)).json()) as { keys: { kid: string }[] };
  return keys.map((key) => key.kid);
}

/** A machine that asks for a token and uses it, and one it got long before, again and again. */
async function startTraffic() {
  const { id, secret } = await harness.makeClient(await harness.makeTenant());
  const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
  const failures: string[] = [];
  const signedBy = new Map<string, number>();
  let isOver = false;

  async function ask(): Promise<string> {
    const answer = await fetch(`${harness.url}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
    if (answer.status !== 200) failures.push(`token ${answer.status} ${await answer.text()}`);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const kid = String(decodePart(token, 0)['kid']);
    signedBy.set(kid, (signedBy.get(kid) ?? 0) + 1);
    return token;
  }

  async function use(token: string): Promise<void> {
    const answer = await fetch(`${harness.url}/v1/plans`, { headers: { authorization: `Bearer ${token}` } });
    await answer.arrayBuffer();
    if (answer.status !== 200) failures.push(`call ${answer.status}`);
  }

  const oldest = await ask();
  const lanes = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      await use(await ask());
      await use(oldest);
    }
  });
  return {
    signedBy,
    async end() {
      isOver = true;
      await Promise.all(lanes);
      return failures;
    },
  };
}

describe('rotation', () => {
  it('under load fails no request: the next key is known before it signs, the last one for as long as its tokens', async () => {
    const traffic = await startTraffic();
    for (const _round of [1, 2]) {
      const next = await rotateSigningKeys(harness.sql, sealer, 1_500);
      await harness.oidc.refreshKeys();
      expect(await publishedKeys()).toContain(next);
      expect(traffic.signedBy.has(next)).toBe(false);
      await expect
        .poll(
          async () => {
            await harness.oidc.refreshKeys();
            return traffic.signedBy.get(next) ?? 0;
          },
          { timeout: 15_000 },
        )
        .toBeGreaterThan(5);
    }
    expect(await traffic.end()).toEqual([]);
    expect(traffic.signedBy.size).toBe(3);
    expect(await publishedKeys()).toHaveLength(3);
  }, 60_000);

  it('ends a key only once everything it signed has expired', async () => {
    const [rows] = await harness.owner<{ old: number; kept: number }[]>`
      select count(*) filter (where expires_at is not null)::int as old,
             count(*) filter (where expires_at > now() + interval '1 hour')::int as kept
      from identity.signing_keys`;
    expect(rows?.old).toBeGreaterThan(0);
    expect(rows?.kept).toBe(rows?.old);
    await harness.owner`update identity.signing_keys set expires_at = now() - interval '1 second' where expires_at is not null`;
    await harness.oidc.refreshKeys();
    expect(await publishedKeys()).toHaveLength(1);
  });

  it('comes by itself after 30 days, once, however many processes look', async () => {
    expect(await rotateWhenDue(harness.sql, sealer)).toBeNull();
    await harness.owner`update identity.signing_keys set created_at = created_at - interval '31 days'`;
    const made = await Promise.all([0, 1, 2, 3].map(() => rotateWhenDue(harness.sql, sealer)));
    expect(made.filter((id) => id !== null)).toHaveLength(1);
    const told = await audited();
    expect(told.at(-1)).toMatchObject({ actor: 'identity', resourceId: made.find((id) => id !== null) });
    expect(told.filter(({ actor }) => actor === 'operator')).toHaveLength(2);
  });
});

describe('a private key', () => {
  it('is in the database only sealed', async () => {
    const rows = await harness.owner<{ row: string; privateJwk: Uint8Array }[]>`
      select k::text as row, private_jwk from identity.signing_keys k`;
    for (const { row, privateJwk } of rows) {
      expect(row).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
      expect(Buffer.from(privateJwk).toString('latin1')).not.toContain('"kty"');
    }
  });

  it('sealed for one place opens in no other', async () => {
    await harness.owner`update identity.signing_keys k set private_jwk = o.private_jwk from identity.signing_keys o
      where k.expires_at is null and o.id <> k.id`;
    await expect(harness.oidc.refreshKeys()).rejects.toThrow();
  });
});
