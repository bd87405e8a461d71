import { expect, it } from 'vitest';
import { startOfDay } from './start-of-day.ts';

it.each([
  ['2026-07-01', 'UTC', '2026-07-01T00:00:00.000Z'],
  ['2026-07-01', 'Asia/Tokyo', '2026-06-30T15:00:00.000Z'],
  ['2026-07-01', 'America/New_York', '2026-07-01T04:00:00.000Z'],
  ['2026-07-01', 'Pacific/Kiritimati', '2026-06-30T10:00:00.000Z'],
  ['2026-07-01', 'Pacific/Pago_Pago', '2026-07-01T11:00:00.000Z'],
  // Clocks change later on that day.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-10-25', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
  // Midnight is skipped: the day begins at one.
  ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
  // Midnight comes twice: the day begins with the first.
  ['2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
  // An hour before midnight comes twice: the day begins after it.
  ['2026-10-30', 'Africa/Cairo', '2026-10-29T22:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, start) => {
  expect(startOfDay(day, zone)).toBe(start);
});

it('begins where the reader is without a zone', () => {
  expect(startOfDay('2026-07-01')).toBe(new Date('2026-07-01T00:00:00').toISOString());
});
