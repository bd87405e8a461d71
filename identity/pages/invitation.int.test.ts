import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());

const pathOf = (token: string) => `/identity/invitation/${token}`;

describe('an invitation', () => {
  it('makes an account and a place of somebody new, once', async () => {
    const tenantId = await harness.makeTenant('Acme');
    const email = `${randomUUID()}@people.example`;
    const token = await harness.invite(tenantId, email, 'finance');
    const shown = await harness.get(pathOf(token));
    expect(shown.text).toContain('Join Acme');
    const fields = { name: 'Grace', password: goodPassword };
    const accepted = await harness.post(pathOf(token), fields);
    expect(accepted.text).toContain('Welcome to Acme');
    const again = await harness.post(pathOf(token), fields);
    expect([again.status, (await harness.get(pathOf(token))).status]).toEqual([403, 404]);
    const rows = await harness.owner`
      select m.role, m.name, u.email from memberships m join identity.users u on u.id = m.id where m.tenant_id = ${tenantId}`;
    expect(rows).toEqual([{ role: 'finance', name: 'Grace', email }]);
  });
});
