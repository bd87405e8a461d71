import { createHash } from 'node:crypto';

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:15vh auto;padding:0 1rem;color:#1c1f26}
h1{font-size:1.4rem}button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#b3202c;color:#fff;cursor:pointer}
button.quiet{background:#e8eaee;color:inherit}`;

const styleHash = createHash('sha256').update(style).digest('base64');

/** For what the OAuth2 server shows itself: nothing from elsewhere, no script, in no frame. */
export const pageHeaders = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title><style>${style}</style></head><body><h1>${title}</h1>${body}</body></html>
`;
}

/** `form` is the library's, and names no button; both of these belong to it. */
export function signOutPage(form: string): string {
  return page(
    'Sign out?',
    `${form}<p><button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>
<button class="quiet" type="submit" form="op.logoutForm">Stay signed in</button></p>`,
  );
}

export function signedOutPage(): string {
  return page('You are signed out', '<p>You can close this page.</p>');
}

export function failurePage(failure: { error: string; description: string }): string {
  return page('That did not work', `<p>${escape(failure.description)}</p><p><code>${escape(failure.error)}</code></p>`);
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
