const most = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * A sum over many amounts as a report says it. Each amount is a safe integer, but their sum need not be one: beyond, it is said
 * to be the largest that a JSON number carries exactly, since a report that fails tells less. Nothing is billed by it.
 */
export function reportableMinor(exact: bigint): number {
  if (exact > most) return Number.MAX_SAFE_INTEGER;
  return exact < -most ? -Number.MAX_SAFE_INTEGER : Number(exact);
}
