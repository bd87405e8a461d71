import { html, raw } from 'hono/html';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { renderDocument, styleSource } from '../pages/page.ts';
import { chooseTexts } from '../pages/texts/choose-texts.ts';
import type { PageTexts } from '../pages/texts/en.ts';

/**
 * For what the OAuth2 server shows itself: our style sheet, nothing from elsewhere, no script, in no frame. Its forms may lead on to
 * an application, which is why where they go is not narrowed.
 */
const headers = {
  'content-security-policy': `default-src 'none'; style-src ${styleSource}; base-uri 'none'; frame-ancestors 'none'`,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

function textsOf(ctx: KoaContextWithOIDC): PageTexts {
  // A request that fails early has no parameters yet.
  const uiLocales = ctx.oidc?.params?.['ui_locales'] ?? ctx.query['ui_locales'];
  return chooseTexts({ uiLocales, acceptLanguage: ctx.get('accept-language') });
}

async function show(ctx: KoaContextWithOIDC, page: Parameters<typeof renderDocument>[1]): Promise<void> {
  ctx.set(headers);
  ctx.type = 'html';
  ctx.body = await renderDocument(textsOf(ctx), page);
}

/** `form` is the library's, and names no button; both of these belong to it. */
export function showSignOut(ctx: KoaContextWithOIDC, form: string): Promise<void> {
  const { question, button, stay } = textsOf(ctx).signOut;
  const body = html`${raw(form)}
    <button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">${button}</button>
    <button class="second" type="submit" form="op.logoutForm">${stay}</button>`;
  return show(ctx, { title: question, body });
}

export function showSignedOut(ctx: KoaContextWithOIDC): Promise<void> {
  const { title, close } = textsOf(ctx).signOut;
  return show(ctx, { title, body: html`<p>${close}</p>` });
}

/** What the library says of it is English, and for whoever builds the application. */
export function showFailure(
  ctx: KoaContextWithOIDC,
  { error, error_description: description }: { error: string; error_description?: string | undefined },
): Promise<void> {
  const { failure } = textsOf(ctx);
  const said = description === undefined ? error : `${error}: ${description}`;
  const body = html`<p>${failure.application}</p><p lang="en"><code>${said}</code></p>`;
  return show(ctx, { title: failure.title, body });
}
