import { expect, it } from 'vitest';
import { HOUR_MS } from '../instant.ts';
import { lastDays } from './report-days.ts';

it('ends with today, as the wall calendar of the zone has it', () => {
  // 23:30 UTC is the next day in Berlin.
  const { dates, bounds } = lastDays(Date.parse('2026-03-01T23:30:00Z'), 'Europe/Berlin', 3);
  expect(dates).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
  expect(bounds.map((bound) => new Date(bound).toISOString())).toEqual([
    '2026-02-27T23:00:00.000Z',
    '2026-02-28T23:00:00.000Z',
    '2026-03-01T23:00:00.000Z',
    '2026-03-02T23:00:00.000Z',
  ]);
});

it.each([
  ['2026-03-29T12:00:00Z', 23],
  ['2026-10-25T12:00:00Z', 25],
  ['2026-07-01T12:00:00Z', 24],
])('a day of %s in Berlin has %i hours', (now, hours) => {
  const [startsAt = 0, endsAt = 0] = lastDays(Date.parse(now), 'Europe/Berlin', 1).bounds;
  expect((endsAt - startsAt) / HOUR_MS).toBe(hours);
});
