import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from '../catalogue/en.ts';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };

const storageKey = 'redcore-language';
/** The sign-in whose customer's language was followed last. */
const followedKey = 'redcore-language-of';

type Sections = Readonly<Record<string, unknown>>;

/** A portal's own texts: English at hand, the others fetched when chosen. */
export interface Catalogues {
  en: Sections;
  load: Record<Exclude<Language, 'en'>, () => Promise<Sections>>;
}

const sharedTexts: Catalogues['load'] = {
  de: async () => (await import('../catalogue/de.ts')).de,
};

function isLanguage(text: string | null | undefined): text is Language {
  return languages.some((language) => language === text);
}

/** The language of a tag such as de-AT, where there are texts in it. */
export function languageOf(tag: string | null): Language | null {
  const language = tag?.slice(0, 2);
  return isLanguage(language) ? language : null;
}

/** The one chosen here before, else the browser's first that there is. */
function preferredLanguage(): Language {
  const chosen = localStorage.getItem(storageKey);
  if (isLanguage(chosen)) return chosen;
  return navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';
}

let catalogues: Catalogues;

async function loadLanguage(language: Language): Promise<void> {
  if (language === 'en' || i18next.hasResourceBundle(language, 'translation')) return;
  const [shared, own] = await Promise.all([sharedTexts[language](), catalogues.load[language]()]);
  i18next.addResourceBundle(language, 'translation', { ...shared, ...own });
}

async function show(language: Language): Promise<void> {
  await loadLanguage(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}

/** Null: whatever the browser asks for. */
export async function chooseLanguage(language: Language | null): Promise<void> {
  if (language === null) localStorage.removeItem(storageKey);
  else localStorage.setItem(storageKey, language);
  await show(language ?? preferredLanguage());
}

/** A customer's own language, once per sign-in: what is chosen in this browser afterwards counts until the next. */
export async function followLanguage(tag: string | null, sessionId: string): Promise<void> {
  const language = languageOf(tag);
  if (language === null || localStorage.getItem(followedKey) === sessionId) return;
  localStorage.setItem(followedKey, sessionId);
  await chooseLanguage(language);
}

export async function startLanguage(own: Catalogues): Promise<void> {
  catalogues = own;
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: { ...en, ...own.en } } },
    lng: 'en',
    fallbackLng: 'en',
    // React escapes what it shows.
    interpolation: { escapeValue: false },
  });
  await show(preferredLanguage());
}
