import { html } from 'hono/html';
import type { Interaction } from '../interactions.ts';
import { renderPage } from './page.ts';
import type { PageTexts } from './texts/en.ts';

/**
 * Back to the application. Browsers hold a redirect after a form to `form-action` as well, which allows nothing but this site; so
 * to an application at another address a page of ours leads on, with the cookies of the answer it stands for.
 */
export async function leaveTo(texts: PageTexts, { client }: Interaction, response: Response): Promise<Response> {
  const location = response.headers.get('location');
  if (client.isFirstParty || location === null) return response;
  const body = html`<p>${texts.signIn.leaving(client.name)}</p><p><a href="${location}">${texts.goOn}</a></p>`;
  const page = await renderPage(texts, { title: texts.signIn.signedIn, body, continueAt: location });
  for (const cookie of response.headers.getSetCookie()) page.headers.append('set-cookie', cookie);
  return page;
}
