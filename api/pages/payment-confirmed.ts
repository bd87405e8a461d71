import type { Hono } from 'hono';
import { readCookie, sessionCookie } from '../../identity/sessions/cookie.ts';

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Payment confirmed</title>
  </head>
  <body>
    <h1>Thank you</h1>
    <p>Your bank has answered. You can close this page; the business will tell you what became of the payment.</p>
  </body>
</html>
`;

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

/** Shows what became of the payment, to whoever is signed in there. */
const resultPage = '/portal/payment-result';

/** Where a provider sends a customer back to who confirmed a charge on its page. It says nothing of the outcome, which only the provider knows. */
export function servePaymentConfirmed(app: Hono): void {
  app.get('/payments/confirmed', (c) => {
    const isFromPortal = readCookie(c.req.header('cookie'), sessionCookie) !== null;
    return isFromPortal
      ? new Response(null, { status: 303, headers: { ...headers, location: resultPage } })
      : new Response(page, { headers });
  });
}
