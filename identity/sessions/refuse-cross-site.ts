import { DomainError } from '../../domain/errors.ts';
import type { Credentials } from '../principal.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * A browser sends cookies along with calls other sites make, so a call that changes something must say that it comes from a page of
 * this very origin: by Sec-Fetch-Site, which no page can forge, or, in a browser without it, by Origin. A bare JSON content
 * type proves nothing.
 */
export function refuseCrossSite({ method, header }: Credentials, publicOrigin: string): void {
  if (safeMethods.has(method)) return;
  const site = header('sec-fetch-site');
  const isOurs = site === undefined ? header('origin') === publicOrigin : site === 'same-origin';
  if (!isOurs)
    throw new DomainError('cross_site_request', 'With a session, a call that changes something must come from here.');
}
