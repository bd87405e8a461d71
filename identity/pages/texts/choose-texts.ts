import { parseAccept } from 'hono/utils/accept';
import { de } from './de.ts';
import { en, type PageTexts } from './en.ts';

type Language = 'en' | 'de';

/** What nobody's preferences need. */
const lengthMax = 500;

const catalogues: Readonly<Record<Language, PageTexts>> = { en, de };

interface Wishes {
  /** As an application says it (OpenID Connect Core §3.1.2.1): tags in the order they are wished for. */
  uiLocales?: unknown;
  acceptLanguage?: string | undefined;
}

/** Of the wishes the first there are texts in: the application's before the browser's, and English where there is none. */
export function chooseTexts(wishes: Wishes): PageTexts {
  return catalogues[chooseLanguage(wishes) ?? 'en'];
}

/** Null where nothing that is wished for is there. */
export function chooseLanguage({ uiLocales, acceptLanguage = '' }: Wishes): Language | null {
  const asked = typeof uiLocales === 'string' ? uiLocales.slice(0, lengthMax).split(/\s+/) : [];
  // RFC 9110 §12.5.4: by quality, and those of quality 0 not at all.
  const accepted = parseAccept(acceptLanguage.slice(0, lengthMax)).filter(({ q }) => q > 0);
  for (const tag of [...asked, ...accepted.map(({ type }) => type)]) {
    const [primary = ''] = tag.toLowerCase().split('-');
    if (Object.hasOwn(catalogues, primary)) return primary as Language;
  }
  return null;
}
