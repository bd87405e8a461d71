import { html } from 'hono/html';
import type { Interaction } from '../interactions.ts';
import { renderPage } from './page.ts';

/**
 * Back to the application. Browsers hold a redirect after a form to `form-action` as well, which allows nothing but this site; so
 * to an application at another address a page of ours leads on, with the cookies of the answer it stands for.
 */
export async function leaveTo({ client }: Interaction, response: Response): Promise<Response> {
  const location = response.headers.get('location');
  if (client.isFirstParty || location === null) return response;
  const body = html`<p>You are on your way back to ${client.name}.</p><p><a href="${location}">Go on</a></p>`;
  const page = await renderPage({ title: 'Signed in', body, continueAt: location });
  for (const cookie of response.headers.getSetCookie()) page.headers.append('set-cookie', cookie);
  return page;
}
