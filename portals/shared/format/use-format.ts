import { useTranslation } from 'react-i18next';
import { formatDate, formatDay, formatExactInstant, formatInstant } from './dates.ts';
import { formatMoney, formatSignedMoney } from './money.ts';
import { useZone } from './zone.tsx';

export interface Format {
  language: string;
  money(amountMinor: number, currency: string): string;
  signedMoney(amountMinor: number, currency: string): string;
  day(day: string): string;
  date(instant: string): string;
  instant(instant: string): string;
  exact(instant: string): string;
  number(value: number): string;
}

/** Amounts and dates in the language of the page, dates in its zone. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  const language = i18n.language;
  const zone = useZone();
  return {
    language,
    money: (amountMinor, currency) => formatMoney(amountMinor, currency, language),
    signedMoney: (amountMinor, currency) => formatSignedMoney(amountMinor, currency, language),
    day: (day) => formatDay(day, language),
    date: (instant) => formatDate(instant, language, zone),
    instant: (instant) => formatInstant(instant, language, zone),
    exact: (instant) => formatExactInstant(instant, language, zone),
    number: (value) => new Intl.NumberFormat(language).format(value),
  };
}
