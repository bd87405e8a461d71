import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { sessionCookie } from '../../identity/sessions/cookie.ts';
import { makeSecret } from '../../identity/sessions/secret.ts';
import { servePaymentConfirmed } from './payment-confirmed.ts';

const app = new Hono();
servePaymentConfirmed(app);
const get = (cookie?: string) =>
  app.request('/payments/confirmed', { headers: cookie === undefined ? {} : { cookie } });

describe('where a bank leads back to', () => {
  it('goes on to the payment’s result in a browser with a session', async () => {
    const answer = await get(`${sessionCookie}=${makeSecret()}`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/portal/payment-result']);
  });

  it.each([undefined, `${sessionCookie}=short`, 'other=1'])('is a page without one (%s)', async (cookie) => {
    const answer = await get(cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([200, null]);
    expect(await answer.text()).toContain('Your bank has answered.');
  });

  it('speaks the browser’s language, and loads nothing', async () => {
    const answer = await app.request('/payments/confirmed', { headers: { 'accept-language': 'de' } });
    expect(await answer.text()).toMatch(/<html lang="de">[^]*Ihre Bank hat geantwortet/);
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; style-src 'sha256-/);
  });
});
