import type { Money } from '@paypal/paypal-server-sdk';
import { formatMoney, isCurrency, minorUnitDigits } from '../../../domain/money/currency.ts';
import { ProviderError } from '../provider-error.ts';

/** developer.paypal.com/api/rest/reference/currency-codes; BRL, CNY and MYR only for accounts of their countries. */
export const paypalCurrencies: readonly string[] =
  'AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS JPY MXN MYR NOK NZD PHP PLN SEK SGD THB TWD USD'.split(' ');

/** PayPal takes no fraction of these, although forint and Taiwan dollar have two digits in ISO 4217. */
const wholeCurrencies = new Set(['HUF', 'JPY', 'TWD']);

/** PayPal's decimal string. Throws `ProviderError('rejected', 'unsupported_currency' | 'unsupported_amount')` before anything is sent. */
export function toPaypalMoney(amountMinor: number, currency: string): Money {
  if (!paypalCurrencies.includes(currency)) {
    throw new ProviderError('rejected', 'unsupported_currency', { message: `PayPal takes no ${currency}` });
  }
  const [value = ''] = formatMoney(amountMinor, currency).split(' ');
  if (!wholeCurrencies.has(currency)) return { currencyCode: currency, value };
  const [whole = '', fraction = ''] = value.split('.');
  if (!/^0*$/.test(fraction)) {
    throw new ProviderError('rejected', 'unsupported_amount', { message: `PayPal takes whole ${currency} only` });
  }
  return { currencyCode: currency, value: whole };
}

/** The minor units of a decimal string; an amount finer than a minor unit is no amount. */
export function fromPaypalMoney(money: Money): { amountMinor: number; currency: string } {
  const { currencyCode: currency, value } = money;
  const digits = isCurrency(currency) ? minorUnitDigits(currency) : 0;
  const match = /^(-?)(\d{1,13})(?:\.(\d+))?$/.exec(value);
  const fraction = (match?.[3] ?? '').padEnd(digits, '0');
  if (match === null || !isCurrency(currency) || !/^0*$/.test(fraction.slice(digits))) {
    throw new ProviderError('unknown', 'unreadable_answer', { message: `${value} ${currency} is no amount` });
  }
  const amountMinor = Number(`${match[2]}${fraction.slice(0, digits)}`);
  return { amountMinor: match[1] === '-' && amountMinor !== 0 ? -amountMinor : amountMinor, currency };
}
