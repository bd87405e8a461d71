import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountHarness, goodPassword, startAccountHarness } from '../../tests/support/account-harness.ts';

let harness: AccountHarness;

beforeAll(async () => {
  harness = await startAccountHarness();
});
afterAll(() => harness.stop());

const pathOf = ({ uid }: { uid: string }) => `/identity/sign-in/${uid}`;

describe('signing in', () => {
  it('goes on to the only place by e-mail address, in any case, and password', async () => {
    const tenantId = await harness.makeTenant();
    const user = await harness.makeUser({ tenants: [tenantId] });
    const waiting = harness.interactions.begin();
    const fields = { email: user.email.toUpperCase(), password: goodPassword };
    const signedIn = await harness.post(pathOf(waiting), fields);
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, pathOf(waiting)]);
    const left = await harness.get(pathOf(waiting));
    expect([left.status, left.headers.get('location')]).toEqual([303, `/oauth/authorize/${waiting.uid}`]);
    expect(harness.interactions.done.at(-1)).toEqual({
      ...{ uid: waiting.uid, subject: `${user.id}.${tenantId}`, methods: ['pwd'] },
    });
    expect(await harness.audits(user.id)).toMatchObject([{ tenantId, action: 'login.succeeded', actor: user.id }]);
  });
});
