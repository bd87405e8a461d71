import type { Subscription } from '../../shared/rest/types.ts';

/** The filters of the list, as the address has them. */
export type Filters = Readonly<Record<string, string | undefined>>;

export const filterNames = ['status', 'plan_id', 'customer_id', 'next_from', 'next_to', 'clock'] as const;

/** No status of its own, but what one looks for like for one. */
export const parkedFilter = 'needs_attention';

const dayMs = 86_400_000;
const isDay = (text: string | undefined): text is string => text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text);

/** Midnight of a day where the reader is. */
function startOf(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

/** The day after: the list's end is exclusive, what a person means is not. */
function endOf(day: string): Date {
  const noon = new Date(startOf(day).getTime() + dayMs + dayMs / 2);
  noon.setHours(0, 0, 0, 0);
  return noon;
}

/** No words that an address would have to quote, as `true` would be. */
const clocks: Readonly<Record<string, 'true' | 'false'>> = { virtual: 'true', real: 'false' };

/** What the interface is asked for. */
export function listQueryOf(filters: Filters) {
  const { status, plan_id, customer_id, next_from, next_to, clock } = filters;
  const isParked = status === parkedFilter;
  return {
    status: isParked ? undefined : (status as Subscription['status'] | undefined),
    needs_attention: isParked ? ('true' as const) : undefined,
    plan_id,
    customer_id,
    next_charge_from: isDay(next_from) ? startOf(next_from).toISOString() : undefined,
    next_charge_to: isDay(next_to) ? endOf(next_to).toISOString() : undefined,
    test_clock: clock === undefined ? undefined : clocks[clock],
  };
}

/** Those that are set, and are this list's. */
export function filtersOf(filters: Filters): Record<string, string> {
  return Object.fromEntries(
    filterNames.flatMap((name) => {
      const value = filters[name];
      return value === undefined || value === '' ? [] : [[name, value] as const];
    }),
  );
}

export function isSameView(one: Filters, other: Filters): boolean {
  return filterNames.every((name) => (one[name] ?? '') === (other[name] ?? ''));
}
