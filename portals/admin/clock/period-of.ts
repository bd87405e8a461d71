import type { Plan } from '../../shared/rest/types.ts';

const letters: Readonly<Record<Plan['interval'], string>> = { day: 'D', week: 'W', month: 'M', year: 'Y' };

/** As an ISO 8601 duration. */
export function periodOf({ interval, interval_count }: Pick<Plan, 'interval' | 'interval_count'>): string {
  return `P${interval_count}${letters[interval]}`;
}
