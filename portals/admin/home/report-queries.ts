import type { components } from '../../../contracts/generated/rest.gen.ts';
import { answered, rest } from '../../shared/rest/client.ts';

export type Today = components['schemas']['ReportToday'];
export type Overview = components['schemas']['ReportOverview'];
export type SeriesDay = Overview['series'][number];

export const periods = ['30', '90'] as const;
export type Period = (typeof periods)[number];

const todayLookAgainMs = 15_000;
const overviewLookAgainMs = 5 * 60_000;

export function todayQuery() {
  return {
    queryKey: ['reports', 'today'],
    queryFn: () => answered(rest.GET('/v1/reports/today')),
    refetchInterval: todayLookAgainMs,
  };
}

export function overviewQuery(period: Period) {
  const days = Number(period) as 30 | 90;
  return {
    queryKey: ['reports', 'overview', period],
    queryFn: () => answered(rest.GET('/v1/reports/overview', { params: { query: { days } } })),
    refetchInterval: overviewLookAgainMs,
  };
}
