import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, toIso } from '../instant.ts';
import {
  addIsoDuration,
  addLocalDays,
  instantOfLocal,
  isLocalDate,
  isZone,
  localDateOf,
  localTimeOf,
  startOfLocalDate,
} from './local-date.ts';

const berlin = 'Europe/Berlin';
const newYork = 'America/New_York';
const at = (iso: string) => Date.parse(iso);

describe('names and texts', () => {
  it.each(['UTC', berlin, newYork, 'Asia/Kathmandu', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    '%s is a zone',
    (zone) => {
      expect(isZone(zone)).toBe(true);
    },
  );

  it.each(['', 'Mars/Olympus', '+02:00', 'local', 'system', 'Europe/Berlin ', 'x'.repeat(65)])('%j is none', (zone) => {
    expect(isZone(zone)).toBe(false);
  });

  it.each(['2026-02-28', '2028-02-29', '1900-01-01', '2999-12-31'])('%s is a date', (text) => {
    expect(isLocalDate(text)).toBe(true);
  });

  it.each([
    '2026-02-29',
    '2026-02-30',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '1899-12-31',
    '3000-01-01',
    '',
    'today',
  ])('%j is none', (text) => {
    expect(isLocalDate(text)).toBe(false);
  });
});

describe('instantOfLocal', () => {
  it.each([
    ['an ordinary time', '2026-07-01', '12:00:00.000', berlin, '2026-07-01T10:00:00.000Z'],
    ['a quarter-hour zone', '2026-07-01', '12:00:00.000', 'Asia/Kathmandu', '2026-07-01T06:15:00.000Z'],
    ['Berlin gap: 02:30 moves forward to 03:30', '2026-03-29', '02:30:00.000', berlin, '2026-03-29T01:30:00.000Z'],
    ['Berlin, last ms before the gap', '2026-03-29', '01:59:59.999', berlin, '2026-03-29T00:59:59.999Z'],
    ['Berlin, first ms after the gap', '2026-03-29', '03:00:00.000', berlin, '2026-03-29T01:00:00.000Z'],
    ['Berlin overlap: the first 02:30', '2026-10-25', '02:30:00.000', berlin, '2026-10-25T00:30:00.000Z'],
    ['Berlin after the overlap', '2026-10-25', '03:00:00.000', berlin, '2026-10-25T02:00:00.000Z'],
    ['New York gap: 02:30 moves forward to 03:30', '2026-03-08', '02:30:00.000', newYork, '2026-03-08T07:30:00.000Z'],
    ['New York overlap: the first 01:30', '2026-11-01', '01:30:00.000', newYork, '2026-11-01T05:30:00.000Z'],
    ['half-hour DST gap', '2026-10-04', '02:15:00.000', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['a date that never was', '2011-12-30', '09:00:00.000', 'Pacific/Apia', '2011-12-30T19:00:00.000Z'],
  ])('%s', (_name, date, time, zone, iso) => {
    expect(toIso(instantOfLocal(date, time, zone))).toBe(iso);
  });

  it('is undone by local date and time wherever the time exists once', () => {
    const zones = fc.constantFrom('UTC', berlin, newYork, 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Sao_Paulo');
    const instants = fc.integer({ min: at('1995-01-01T00:00:00Z'), max: at('2040-01-01T00:00:00Z') });
    fc.assert(
      fc.property(instants, zones, (instant, zone) => {
        const back = instantOfLocal(localDateOf(instant, zone), localTimeOf(instant, zone), zone);
        // Of a time that comes twice the first is taken, at most an hour earlier.
        expect([0, 30 * 60_000, 60 * 60_000]).toContain(instant - back);
        expect(localTimeOf(back, zone)).toBe(localTimeOf(instant, zone));
      }),
      { numRuns: 500 },
    );
  });

  it('refuses an unknown zone and an unreadable time', () => {
    expect(() => instantOfLocal('2026-01-01', '00:00:00.000', 'Mars/Olympus')).toThrow('unknown');
    expect(() => instantOfLocal('2026-01-01', 'noon', berlin)).toThrow('not a local time');
  });
});

describe('days', () => {
  it.each([
    ['midnight', '2026-07-01', berlin, '2026-06-30T22:00:00.000Z'],
    ['a day whose midnight a gap skips', '2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['a day whose midnight comes twice', '2026-11-01', 'America/Havana', '2026-11-01T04:00:00.000Z'],
  ])('a day starts at %s', (_name, date, zone, iso) => {
    expect(toIso(startOfLocalDate(date, zone))).toBe(iso);
    expect(localDateOf(startOfLocalDate(date, zone), zone)).toBe(date);
  });

  it.each([
    ['over the gap, 23 hours', '2026-03-28T09:00:00.000Z', 1, berlin, '2026-03-29T08:00:00.000Z'],
    ['over the overlap, 25 hours', '2026-10-24T08:00:00.000Z', 1, berlin, '2026-10-25T09:00:00.000Z'],
    ['over the leap day', '2028-02-28T12:00:00.000Z', 2, 'UTC', '2028-03-01T12:00:00.000Z'],
    ['two years', '2026-01-01T00:00:00.000Z', 730, 'UTC', '2028-01-01T00:00:00.000Z'],
    ['none, even in an overlap', '2026-10-25T01:30:00.000Z', 0, berlin, '2026-10-25T01:30:00.000Z'],
  ])('a trial keeps its wall-clock time: %s', (_name, from, days, zone, iso) => {
    expect(toIso(addLocalDays(at(from), days, zone))).toBe(iso);
  });
});

describe('addIsoDuration', () => {
  it.each([
    ['P1D', '2026-03-28T09:00:00.000Z', berlin, '2026-03-29T08:00:00.000Z'],
    ['PT24H', '2026-03-28T09:00:00.000Z', berlin, '2026-03-29T09:00:00.000Z'],
    ['P1M', '2026-01-31T12:00:00.000Z', 'UTC', '2026-02-28T12:00:00.000Z'],
    ['P1M', '2028-01-31T12:00:00.000Z', 'UTC', '2028-02-29T12:00:00.000Z'],
    ['P1Y', '2028-02-29T12:00:00.000Z', 'UTC', '2029-02-28T12:00:00.000Z'],
    ['P1M1D', '2026-01-31T12:00:00.000Z', 'UTC', '2026-03-01T12:00:00.000Z'],
    ['P2W', '2026-01-01T00:00:00.000Z', 'UTC', '2026-01-15T00:00:00.000Z'],
    ['P1Y2M3DT4H5M6.007S', '2026-01-01T00:00:00.000Z', 'UTC', '2027-03-04T04:05:06.007Z'],
    ['PT0.5S', '2026-01-01T00:00:00.000Z', 'UTC', '2026-01-01T00:00:00.500Z'],
  ])('%s from %s in %s', (duration, from, zone, iso) => {
    expect(toIso(addIsoDuration(at(from), duration, zone) ?? Number.NaN)).toBe(iso);
  });

  it.each([
    '',
    'P',
    'PT',
    'P0D',
    'PT0S',
    '-P1D',
    'P-1D',
    'P1DT',
    '1 month',
    'P1H',
    'PT1D',
    'P1.5D',
    'P9999Y',
    'p1d',
    'P1D ',
  ])('%j is unreadable or not positive', (duration) => {
    expect(addIsoDuration(at('2026-01-01T00:00:00Z'), duration, 'UTC')).toBeNull();
  });

  it('always moves forward, and a number of days by so many days', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), fc.integer({ min: 1, max: 800 }), (from, days) => {
        const to = addIsoDuration(from, `P${days}D`, newYork) ?? Number.NaN;
        expect(Math.abs(to - from - days * DAY_MS)).toBeLessThanOrEqual(2 * 3_600_000);
        expect(to).toBeGreaterThan(from);
      }),
    );
  });
});
