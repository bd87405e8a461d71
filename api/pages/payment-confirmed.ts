import type { Hono } from 'hono';
import { html } from 'hono/html';
import { renderDocument, styleSource } from '../../identity/pages/page.ts';
import { textsFor } from '../../identity/pages/parts.ts';
import { readCookie, sessionCookie } from '../../identity/sessions/cookie.ts';

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${styleSource}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
};

/** Shows what became of the payment, to whoever is signed in there. */
const resultPage = '/portal/payment-result';

/** Where a provider sends a customer back to who confirmed a charge on its page. It says nothing of the outcome, which only the provider knows. */
export function servePaymentConfirmed(app: Hono): void {
  app.get('/payments/confirmed', async (c) => {
    const isFromPortal = readCookie(c.req.header('cookie'), sessionCookie) !== null;
    if (isFromPortal) return new Response(null, { status: 303, headers: { ...headers, location: resultPage } });
    const texts = textsFor(c);
    const { title, text } = texts.payment;
    return new Response(await renderDocument(texts, { title, body: html`<p>${text}</p>` }), { headers });
  });
}
