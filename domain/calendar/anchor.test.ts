import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toIso } from '../instant.ts';
import { type Anchor, anchorAfterChange, anchorAt, anchorOnDate, boundaryOf, nextBoundaryAfter } from './anchor.ts';
import { describeInterval, type Interval } from './interval.ts';
import { localDateOf } from './local-date.ts';

const month: Interval = { unit: 'month', count: 1 };
const year: Interval = { unit: 'year', count: 1 };
const day: Interval = { unit: 'day', count: 1 };
const noon = (localDate: string, zone = 'UTC'): Anchor => ({ localDate, localTime: '12:00:00.000', zone });
const dates = (anchor: Anchor, interval: Interval, count: number) =>
  Array.from({ length: count }, (_, n) => localDateOf(boundaryOf(anchor, interval, n), anchor.zone));

describe('boundaries derive from the anchor (R28)', () => {
  it.each([
    ['31 January', '2026-01-31', month, ['2026-01-31', '2026-02-28', '2026-03-31', '2026-04-30', '2026-05-31']],
    ['31 January into a leap February', '2028-01-31', month, ['2028-01-31', '2028-02-29', '2028-03-31']],
    ['30 January', '2026-01-30', month, ['2026-01-30', '2026-02-28', '2026-03-30']],
    ['over the new year', '2026-11-30', month, ['2026-11-30', '2026-12-30', '2027-01-30', '2027-02-28']],
    [
      '29 February by the year',
      '2028-02-29',
      year,
      ['2028-02-29', '2029-02-28', '2030-02-28', '2031-02-28', '2032-02-29'],
    ],
    [
      '31 August by the quarter',
      '2026-08-31',
      { unit: 'month', count: 3 },
      ['2026-08-31', '2026-11-30', '2027-02-28', '2027-05-31'],
    ],
    ['every two weeks', '2026-12-25', { unit: 'week', count: 2 }, ['2026-12-25', '2027-01-08', '2027-01-22']],
    [
      'every 90 days over a leap day',
      '2028-01-01',
      { unit: 'day', count: 90 },
      ['2028-01-01', '2028-03-31', '2028-06-29'],
    ],
  ] as const)('%s', (_name, localDate, interval, expected) => {
    expect(dates(noon(localDate), interval, expected.length)).toEqual(expected);
  });

  it.each([
    [
      'Berlin, gap at 02:30',
      'Europe/Berlin',
      '2026-03-28',
      '02:30:00.000',
      ['2026-03-28T01:30:00.000Z', '2026-03-29T01:30:00.000Z', '2026-03-30T00:30:00.000Z'],
    ],
    [
      'Berlin, overlap at 02:30',
      'Europe/Berlin',
      '2026-10-24',
      '02:30:00.000',
      ['2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z'],
    ],
    [
      'New York, gap at 02:30',
      'America/New_York',
      '2026-03-07',
      '02:30:00.000',
      ['2026-03-07T07:30:00.000Z', '2026-03-08T07:30:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
    [
      'New York, overlap at 01:30',
      'America/New_York',
      '2026-10-31',
      '01:30:00.000',
      ['2026-10-31T05:30:00.000Z', '2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    [
      'Kathmandu, no DST',
      'Asia/Kathmandu',
      '2026-03-28',
      '00:00:00.000',
      ['2026-03-27T18:15:00.000Z', '2026-03-28T18:15:00.000Z'],
    ],
  ])('wall-clock time is kept: %s', (_name, zone, localDate, localTime, expected) => {
    const anchor = { localDate, localTime, zone };
    expect(expected.map((_, n) => toIso(boundaryOf(anchor, day, n)))).toEqual(expected);
  });

  it('an anchor holds the wall clock to the millisecond', () => {
    const instant = Date.parse('2026-01-31T23:15:07.089Z');
    const anchor = anchorAt(instant, 'Asia/Kathmandu');
    expect(anchor).toEqual({ localDate: '2026-02-01', localTime: '05:00:07.089', zone: 'Asia/Kathmandu' });
    expect(boundaryOf(anchor, month, 0)).toBe(instant);
    expect(anchorOnDate('2026-03-15', anchor)).toEqual({ ...anchor, localDate: '2026-03-15' });
  });

  it('another interval counts from the change, the same one keeps its anchor', () => {
    const anchor = noon('2026-01-31');
    const at = boundaryOf(anchor, month, 1);
    expect(anchorAfterChange({ anchor, from: month, to: { ...month }, at })).toBe(anchor);
    expect(anchorAfterChange({ anchor, from: month, to: year, at })).toEqual(noon('2026-02-28'));
  });

  it('refuses an unknown zone and an empty interval', () => {
    expect(() => anchorAt(0, 'Mars/Olympus')).toThrow('unknown');
    expect(() => boundaryOf(noon('2026-01-31'), { unit: 'month', count: 0 }, 1)).toThrow('no period');
    expect(() => boundaryOf(noon('2026-01-31'), month, 0.5)).toThrow('not a number of periods');
  });
});

describe('nextBoundaryAfter', () => {
  it.each([
    ['before the anchor: the anchor itself', '2020-05-05T00:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['just before it', '2026-01-31T11:59:59.999Z', '2026-01-31T12:00:00.000Z'],
    ['on it: the one after', '2026-01-31T12:00:00Z', '2026-02-28T12:00:00.000Z'],
    ['just before a clamped boundary', '2026-02-28T11:59:59.999Z', '2026-02-28T12:00:00.000Z'],
    ['on a clamped boundary', '2026-02-28T12:00:00Z', '2026-03-31T12:00:00.000Z'],
    ['first of a month', '2026-03-01T00:00:00Z', '2026-03-31T12:00:00.000Z'],
    ['decades later', '2066-02-01T00:00:00Z', '2066-02-28T12:00:00.000Z'],
  ])('%s', (_name, after, expected) => {
    expect(toIso(nextBoundaryAfter(noon('2026-01-31'), month, Date.parse(after)))).toBe(expected);
  });
});

describe('periods', () => {
  const zones = fc.constantFrom(
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Asia/Kathmandu',
    'Australia/Lord_Howe',
    'America/Sao_Paulo',
    'Africa/Casablanca',
    'Pacific/Apia',
  );
  const intervals: fc.Arbitrary<Interval> = fc.record({
    unit: fc.constantFrom('day', 'week', 'month', 'year'),
    count: fc.integer({ min: 1, max: 12 }),
  });
  const instants = fc.integer({ min: Date.parse('2012-01-01T00:00:00Z'), max: Date.parse('2045-01-01T00:00:00Z') });

  it('tile without gap or overlap over 24 periods, and any instant finds its own', () => {
    fc.assert(
      fc.property(
        instants,
        zones,
        intervals,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (start, zone, interval, where) => {
          const anchor = anchorAt(start, zone);
          const boundaries = Array.from({ length: 25 }, (_, n) => boundaryOf(anchor, interval, n));
          for (let n = 0; n < 24; n += 1) {
            const startsAt = boundaries[n] ?? Number.NaN;
            const endsAt = boundaries[n + 1] ?? Number.NaN;
            expect(endsAt).toBeGreaterThan(startsAt);
            expect(nextBoundaryAfter(anchor, interval, startsAt)).toBe(endsAt);
            const inside = Math.min(endsAt - 1, startsAt + Math.floor(where * (endsAt - startsAt)));
            expect(nextBoundaryAfter(anchor, interval, inside)).toBe(endsAt);
          }
        },
      ),
    );
  });

  it('of months and years begin on the anchor’s day, or on the month’s last', () => {
    fc.assert(
      fc.property(instants, zones, fc.constantFrom(month, year), fc.nat({ max: 60 }), (start, zone, interval, n) => {
        const anchor = anchorAt(start, zone);
        const date = localDateOf(boundaryOf(anchor, interval, n), zone);
        const lastDay = new Date(Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 0)).getUTCDate();
        expect(Number(date.slice(8))).toBe(Math.min(Number(anchor.localDate.slice(8)), lastDay));
      }),
    );
  });
});

it.each([
  [{ unit: 'month', count: 1 }, 'every month'],
  [{ unit: 'month', count: 3 }, 'every 3 months'],
  [{ unit: 'year', count: 1 }, 'every year'],
] as const)('%j reads %s', (interval, words) => {
  expect(describeInterval(interval)).toBe(words);
});
