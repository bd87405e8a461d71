import { html } from 'hono/html';

export type Html = ReturnType<typeof html>;

export const stylesheetPath = '/identity/pages.css';

/** Nothing but our own style sheet, and forms that lead back here; nobody frames it, keeps it, or learns its address. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};

export interface Page {
  title: string;
  body: Html;
  status?: number;
  /** What went wrong with what was sent: announced, and said in front of the form. */
  error?: string | null;
  headers?: Record<string, string>;
  /** Where the browser goes on by itself. */
  continueAt?: string;
}

/** A whole page; every value in it is escaped by the template. */
export async function renderPage({ title, body, status = 200, error = null, ...more }: Page): Promise<Response> {
  const text = await html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    ${more.continueAt === undefined ? '' : html`<meta http-equiv="refresh" content="0;url=${more.continueAt}">`}
    <title>${error === null ? '' : 'Error: '}${title} – RedCore</title>
    <link rel="stylesheet" href="${stylesheetPath}">
  </head>
  <body>
    <main>
      <p class="brand">RedCore</p>
      <h1>${title}</h1>
      ${error === null ? '' : html`<p class="error" role="alert" id="error">${error}</p>`}
      ${body}
    </main>
  </body>
</html>
`;
  return new Response(String(text), { status, headers: { ...headers, ...more.headers } });
}

export interface Field {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password';
  value?: string;
  autocomplete: string;
  hint?: string;
  /** Where typing begins: one field of a page. */
  focus?: boolean;
  /** What the page's error is about. */
  invalid?: boolean;
  numeric?: boolean;
  optional?: boolean;
}

export function renderField(field: Field): Html {
  const { name, type = 'text', invalid = false } = field;
  const hintId = `${name}-hint`;
  const described = [...(field.hint === undefined ? [] : [hintId]), ...(invalid ? ['error'] : [])].join(' ');
  return html`<div class="field">
    <label for="${name}">${field.label}</label>
    ${field.hint === undefined ? '' : html`<p class="hint" id="${hintId}">${field.hint}</p>`}
    <input id="${name}" name="${name}" type="${type}" value="${type === 'password' ? '' : (field.value ?? '')}"
      autocomplete="${field.autocomplete}" maxlength="300" ${described === '' ? '' : html`aria-describedby="${described}"`}
      ${invalid ? html`aria-invalid="true"` : ''} ${field.optional === true ? '' : 'required'}
      ${field.focus === true ? 'autofocus' : ''} ${field.numeric === true ? html`inputmode="numeric"` : ''}
      ${type === 'email' || field.numeric === true ? html`autocapitalize="none" spellcheck="false"` : ''}>
  </div>`;
}

export function renderForm(form: { action: string; token: string; button: string; fields: Html }): Html {
  return html`<form method="post" action="${form.action}">
    <input type="hidden" name="form_token" value="${form.token}">
    ${form.fields}
    <button type="submit">${form.button}</button>
  </form>`;
}
