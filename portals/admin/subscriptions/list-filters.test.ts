import { expect, it } from 'vitest';
import { filtersOf, isSameView, listQueryOf } from './list-filters.ts';

it('asks for the parked ones by their mark, and for whole days where the reader is', () => {
  const asked = listQueryOf({
    status: 'needs_attention',
    next_from: '2026-05-01',
    next_to: '2026-05-31',
    clock: 'virtual',
  });
  expect(asked).toMatchObject({ status: undefined, needs_attention: 'true', test_clock: 'true' });
  expect(asked.next_charge_from).toBe(new Date('2026-05-01T00:00:00').toISOString());
  expect(asked.next_charge_to).toBe(new Date('2026-06-01T00:00:00').toISOString());
});

it.each([
  ['a date that is none', { next_from: 'soon', next_to: '2026' }],
  ['a switch that is neither', { clock: 'perhaps' }],
])('leaves %s out, as anybody may write an address', (_name, filters) => {
  expect(Object.values(listQueryOf(filters)).filter((value) => value !== undefined)).toEqual([]);
});

it('keeps of an address what is this list’s', () => {
  expect(filtersOf({ status: 'active', clock: '', utm_source: 'mail' })).toEqual({ status: 'active' });
});

it('knows a view again whatever is unset in it', () => {
  expect(isSameView({ status: 'active' }, { status: 'active', plan_id: '' })).toBe(true);
  expect(isSameView({ status: 'active' }, { status: 'active', plan_id: 'plan_1' })).toBe(false);
});
