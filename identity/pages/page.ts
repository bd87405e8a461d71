import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import { stylesheet } from './stylesheet.ts';
import type { PageTexts } from './texts/en.ts';

export type Html = ReturnType<typeof html>;

/** The one style sheet, in the page itself: it is there where no other address answers, and nothing else may style. */
export const styleSource = `'sha256-${createHash('sha256').update(stylesheet).digest('base64')}'`;

/** Nothing but our own style sheet, and forms that lead back here; nobody frames it, keeps it, or learns its address. */
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${styleSource}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
};

interface Document {
  title: string;
  body: Html;
  /** What went wrong with what was sent: announced, and said in front of the form. */
  error?: string | null;
  /** Where the browser goes on by itself. */
  continueAt?: string;
}

export interface Page extends Document {
  status?: number;
  headers?: Record<string, string>;
}

/** A whole page; every value in it is escaped by the template. */
export async function renderDocument(
  { lang, error: errorWord }: Pick<PageTexts, 'lang' | 'error'>,
  { title, body, error = null, continueAt }: Document,
): Promise<string> {
  const text = await html`<!doctype html>
<html lang="${lang}">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    ${continueAt === undefined ? '' : html`<meta http-equiv="refresh" content="0;url=${continueAt}">`}
    <title>${error === null ? '' : `${errorWord}: `}${title} – RedCore</title>
    <style>${raw(stylesheet)}</style>
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
  return String(text);
}

export async function renderPage(texts: PageTexts, { status = 200, headers: more, ...page }: Page): Promise<Response> {
  return new Response(await renderDocument(texts, page), { status, headers: { ...headers, ...more } });
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
