import type { TenantSettings } from '../../db/queries/load-subscription.ts';

/** The most that one charge or invoice made by hand may take, in minor units of the currency; undefined: the tenant sets no limit. */
export function amountLimitOf({ amountMaxMinor }: TenantSettings, currency: string): number | undefined {
  return typeof amountMaxMinor === 'object' ? amountMaxMinor[currency] : amountMaxMinor;
}
