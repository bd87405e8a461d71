/** A value in Stripe's search language (https://docs.stripe.com/search#query-fields-and-operators). */
export function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
