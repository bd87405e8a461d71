import { expect, it } from 'vitest';
import { describeChange } from './describe-change.ts';

const before = {
  email: 'ada@example.com',
  status: 'active',
  maxPerCustomer: 3,
  country: null as string | null,
  tags: { a: 1 },
};

it('tells the values of what may be told, and of the rest only that it changed', () => {
  const after = { ...before, email: 'eve@example.com', status: 'inactive', maxPerCustomer: 4 };
  expect(describeChange(before, after, ['status', 'maxPerCustomer', 'country'])).toEqual({
    changed: ['email', 'status', 'max_per_customer'],
    before: { status: 'active', max_per_customer: 3 },
    after: { status: 'inactive', max_per_customer: 4 },
  });
});

it('sees no change where an object is equal, and one where a value came or went', () => {
  expect(describeChange(before, { ...before, tags: { a: 1 } }, ['tags'])).toEqual({
    changed: [],
    before: {},
    after: {},
  });
  expect(describeChange(before, { ...before, country: 'DE' }, ['country'])).toEqual({
    changed: ['country'],
    before: { country: null },
    after: { country: 'DE' },
  });
});
