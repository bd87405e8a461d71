/** The most a subscription can be for, as the interface has it. */
export const quantityMax = 100_000;

export function isQuantity(text: string): boolean {
  return /^[1-9]\d*$/.test(text) && Number(text) <= quantityMax;
}
