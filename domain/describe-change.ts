export interface DescribedChange {
  /** Names of the members that differ, in snake case. */
  changed: string[];
  /** Their values before and after, of those that may be told. */
  before: Record<string, unknown>;
  after: Record<string, unknown>;
}

/**
 * What a change changed, as an audit row says it. `told` lists the members whose values are told; of every other, such as a
 * person's name and address, metadata or a secret, only that it changed (decision 0025).
 */
export function describeChange<T extends object>(
  before: T,
  after: T,
  told: readonly (keyof T & string)[],
): DescribedChange {
  const names = (Object.keys(after) as (keyof T & string)[]).filter((name) => !same(before[name], after[name]));
  const values = (of: T) =>
    Object.fromEntries(names.filter((name) => told.includes(name)).map((name) => [snake(name), of[name] ?? null]));
  return { changed: names.map(snake), before: values(before), after: values(after) };
}

function same(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}
