import { invariant } from '../invariant.ts';
import { assertMinor } from './money.ts';

/**
 * ISO 4217, active codes of circulating currencies (list one without funds, metals and test codes), by number of
 * minor-unit digits. A provider that counts differently converts in its own adapter.
 */
const codesByDigits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP
    CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES
    KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB
    TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
};

const digitsByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDigits).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(digits)]),
  ),
);

/** True for an active ISO 4217 code in capitals (`USD`). */
export function isCurrency(code: string): boolean {
  return digitsByCode.has(code);
}

/** Digits after the point of one major unit (ISO 4217): 2 for USD, 0 for JPY, 3 for KWD. Throws on an unknown code. */
export function minorUnitDigits(code: string): number {
  const digits = digitsByCode.get(code);
  invariant(digits !== undefined, `currency ${code} is unknown`);
  return digits;
}

/** Plain text for people and logs, the same in every locale: `19.99 USD`, `-0.05 USD`, `500 JPY`. */
export function formatMoney(amountMinor: number, currency: string): string {
  assertMinor(amountMinor);
  const digits = minorUnitDigits(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const figures = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  if (digits === 0) return `${sign}${figures} ${currency}`;
  return `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)} ${currency}`;
}
