import { minorUnitDigits } from '../../../domain/money/currency.ts';
import { ProviderError } from '../provider-error.ts';

/**
 * The currencies a card can be charged in, by how many digits Stripe's integers have behind the point
 * (https://docs.stripe.com/currencies: zero-decimal, three-decimal, special cases). ISK and UGX have no minor unit but are sent
 * with two digits; MGA has two by ISO 4217 and none at Stripe; HUF and TWD are whole only in payouts.
 */
const codesByDigits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CNY COP CRC CVE CZK
    DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD KES KGS KHR KYD KZT
    LAK LBP LKR LRD LSL MAD MDL MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR
    PLN QAR RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TOP TRY TTD TWD TZS UAH UGX USD UYU UZS WST
    XCD XCG YER ZAR ZMW`,
  3: 'BHD JOD KWD OMR TND',
};

const digitsByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(codesByDigits).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(digits)]),
  ),
);

/** ISO 4217 codes in capitals. */
export const stripeCurrencies: readonly string[] = [...digitsByCode.keys()];

/**
 * From integer ISO minor units to Stripe's integer. An amount Stripe cannot express is refused, never rounded: a three-decimal
 * amount must end in 0, and one ariary is its smallest. Throws `ProviderError('rejected', 'amount_not_representable')` or
 * `('rejected', 'currency_not_supported')`.
 */
export function toStripeAmount(amountMinor: number, currency: string): number {
  const digits = digitsByCode.get(currency);
  if (digits === undefined) {
    throw new ProviderError('rejected', 'currency_not_supported', { message: `Stripe takes no ${currency}` });
  }
  const amount = shift(amountMinor, digits - minorUnitDigits(currency));
  if (!Number.isSafeInteger(amount) || (digits === 3 && amount % 10 !== 0)) {
    throw new ProviderError('rejected', 'amount_not_representable', {
      message: `Stripe cannot express ${amountMinor} minor units of ${currency}`,
    });
  }
  return amount;
}

/** The way back; `currency` as Stripe writes it, in small letters. */
export function fromStripeAmount(amount: number, currency: string): { amountMinor: number; currency: string } {
  const code = currency.toUpperCase();
  const digits = digitsByCode.get(code);
  const amountMinor = digits === undefined ? Number.NaN : shift(amount, minorUnitDigits(code) - digits);
  if (!Number.isSafeInteger(amountMinor)) {
    throw new ProviderError('unknown', 'unreadable_answer', { message: `Stripe names an amount of ${amount} ${code}` });
  }
  return { amountMinor, currency: code };
}

function shift(amount: number, digits: number): number {
  if (digits >= 0) return amount * 10 ** digits;
  const divisor = 10 ** -digits;
  return amount % divisor === 0 ? amount / divisor : Number.NaN;
}
