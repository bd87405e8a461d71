import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { DomainError } from '../../domain/errors.ts';
import { containsCardNumber } from '../../runtime/card-number.ts';
import { containsApiKey } from '../api-key.ts';
import type { PageTexts } from './texts/en.ts';

const formBytesMax = 16_384;

export interface FormGuard {
  /** For the form about this: a value nobody else can know. */
  tokenFor(about: string): string;
  /** The fields of a form sent from a page of ours about this. Throws `cross_site_request`, `body_too_large`, `invalid_request`. */
  readForm(c: Context, about: string): Promise<Map<string, string>>;
}

/**
 * A form counts only where the browser says that a page of ours sent it, and where it carries the token of what it is about.
 * With `no-referrer` a browser may send `Origin: null`, so Sec-Fetch-Site decides where it is sent.
 */
export function createFormGuard({ publicUrl, keySecret }: { publicUrl: string; keySecret: string }): FormGuard {
  const origin = new URL(publicUrl).origin;
  const tokenFor = (about: string) => createHmac('sha256', keySecret).update(`form ${about}`).digest('base64url');

  function isFromHere(c: Context): boolean {
    const site = c.req.header('sec-fetch-site');
    return site === undefined ? c.req.header('origin') === origin : site === 'same-origin';
  }

  return {
    tokenFor,
    async readForm(c, about) {
      if (!isFromHere(c)) throw new DomainError('cross_site_request', 'This form was not sent from this site.');
      const text = await readText(c);
      const form = new Map(new URLSearchParams(text));
      const [given, wanted] = [Buffer.from(form.get('form_token') ?? ''), Buffer.from(tokenFor(about))];
      if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
        throw new DomainError('cross_site_request', 'This form is not of this page; open the page again.');
      }
      // PostgreSQL takes no such character in a text.
      if ([...form.values()].some((value) => value.includes('\0')))
        throw new DomainError('invalid_request', 'This cannot be read.');
      return form;
    },
  };
}

async function readText(c: Context): Promise<string> {
  const tooLarge = () => new DomainError('body_too_large', 'This is more than a form of ours holds.');
  if (Number(c.req.header('content-length') ?? 0) > formBytesMax) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > formBytesMax) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Null where the text may be a person's name, else what is wrong with it. */
export function findNameFault(name: string): keyof PageTexts['invitation']['nameFaults'] | null {
  if (name === '' || name.length > 200) return 'length';
  if (/\p{Cc}/u.test(name)) return 'unprintable';
  if (containsApiKey(name)) return 'api_key';
  return containsCardNumber(name) ? 'card_number' : null;
}
