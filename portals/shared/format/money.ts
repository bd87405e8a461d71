/** ISO 4217 where a currency has not two minor digits; browsers differ from it for a few. */
const digitsByCode: Readonly<Record<string, number>> = Object.fromEntries([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
]);

function minorDigits(currency: string): number {
  return digitsByCode[currency] ?? 2;
}

/** Minor units as people of that language write them: 1999 USD is `$19.99`, in German `19,99 $`. */
export function formatMoney(amountMinor: number, currency: string, language: string): string {
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat(language, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(amountMinor / 10 ** digits);
}

/** With its sign also where it is more than nothing: what a change adds or takes. */
export function formatSignedMoney(amountMinor: number, currency: string, language: string): string {
  const text = formatMoney(amountMinor, currency, language);
  return amountMinor > 0 ? `+${text}` : text;
}

/** What was typed as an amount of major units, in minor ones; null where it is none. Both decimal signs are understood. */
export function parseMoney(text: string, currency: string): number | null {
  const digits = minorDigits(currency);
  const match = /^\s*(\d{1,8})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (match === null) return null;
  const fraction = match[2] ?? '';
  if (fraction.length > digits) return null;
  return Number(match[1]) * 10 ** digits + Number(fraction.padEnd(digits, '0') || 0);
}

/** Minor units as a field of major ones takes them: `19.99`. */
export function majorText(amountMinor: number, currency: string): string {
  return (amountMinor / 10 ** minorDigits(currency)).toFixed(minorDigits(currency));
}
