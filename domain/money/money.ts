import { invariant } from '../invariant.ts';

/**
 * Amounts are integers in minor units of their currency, kept exact: sums and products are checked to stay safe integers, ratios
 * are taken in bigint and rounded once, half away from zero. Which currency an amount is in, its owner knows.
 */
export function assertMinor(amountMinor: number): void {
  invariant(Number.isSafeInteger(amountMinor), `${amountMinor} is not an amount in minor units`);
}

function toMinor(exact: bigint): number {
  const amountMinor = Number(exact);
  assertMinor(amountMinor);
  return amountMinor;
}

function toWhole(count: number): bigint {
  invariant(Number.isSafeInteger(count), `${count} is not a whole number`);
  return BigInt(count);
}

/** Sum of amounts of one currency; 0 of none. */
export function addMinor(...amountsMinor: readonly number[]): number {
  let sum = 0n;
  for (const amountMinor of amountsMinor) sum += toWhole(amountMinor);
  return toMinor(sum);
}

export function multiplyMinor(unitAmountMinor: number, quantity: number): number {
  return toMinor(toWhole(unitAmountMinor) * toWhole(quantity));
}

/** Rounded half away from zero; the divisor is positive. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const rounded = (2n * magnitude + divisor) / (2n * divisor);
  return dividend < 0n ? -rounded : rounded;
}

/** `amountMinor × part ÷ whole`, rounded once, half away from zero; `part` may exceed `whole` (a stretched period). */
export function scaleMinor(amountMinor: number, ratio: { part: number; whole: number }): number {
  invariant(ratio.whole > 0 && ratio.part >= 0, `${ratio.part} of ${ratio.whole} is not a ratio`);
  return toMinor(divideRounded(toWhole(amountMinor) * toWhole(ratio.part), toWhole(ratio.whole)));
}

/** The share of an amount that `part` of `whole` is worth; `part` is clamped to `0..whole`, so never more than the amount. */
export function shareOf(amountMinor: number, part: number, whole: number): number {
  return scaleMinor(amountMinor, { part: Math.min(Math.max(part, 0), whole), whole });
}

/**
 * Splits a total by weights so that the parts sum to it exactly (largest remainder; among equals the earlier part gets the unit).
 * A negative total splits like its opposite. Weights are whole numbers >= 0, not all 0.
 */
export function allocate(totalMinor: number, weights: readonly number[]): number[] {
  assertMinor(totalMinor);
  const weightSum = weights.reduce((sum, weight) => sum + toWhole(weight), 0n);
  invariant(weightSum > 0n && weights.every((weight) => weight >= 0), 'weights are >= 0 and not all 0');
  const magnitude = BigInt(Math.abs(totalMinor));
  const parts = weights.map((weight, index) => {
    const scaled = magnitude * BigInt(weight);
    return { index, whole: scaled / weightSum, remainder: scaled % weightSum };
  });
  let left = magnitude - parts.reduce((sum, part) => sum + part.whole, 0n);
  const byRemainder = parts.toSorted((a, b) => Number(b.remainder > a.remainder) - Number(b.remainder < a.remainder));
  for (const part of byRemainder) {
    if (left === 0n) break;
    part.whole += 1n;
    left -= 1n;
  }
  return parts.map((part) => toMinor(totalMinor < 0 ? -part.whole : part.whole));
}
