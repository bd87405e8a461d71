import { expect, it } from 'vitest';
import { differenceOf, type OurCharge, type TheirCharge } from './charge-difference.ts';

const ours: OurCharge = {
  ...{ status: 'succeeded', providerChargeId: 'ch_1', amountMinor: 1999, currency: 'USD' },
  ...{ refundedMinor: 500, refundingMinor: 200 },
};
const theirs: TheirCharge = { providerChargeId: 'ch_1', amountMinor: 1999, currency: 'USD', refundedMinor: 500 };

it.each<[string, OurCharge | null, TheirCharge[], ReturnType<typeof differenceOf>]>([
  ['the same', ours, [theirs], null],
  ['a refund that is under way, not done', ours, [{ ...theirs, refundedMinor: 500 }], null],
  ['a refund that is under way, done', ours, [{ ...theirs, refundedMinor: 700 }], null],
  ['a refund we have done and they have not', ours, [{ ...theirs, refundedMinor: 499 }], 'refund_differs'],
  ['a refund nobody here asked for', ours, [{ ...theirs, refundedMinor: 701 }], 'refund_differs'],
  ['another amount', ours, [{ ...theirs, amountMinor: 1998 }], 'charge_differs'],
  ['another currency', ours, [{ ...theirs, currency: 'EUR' }], 'charge_differs'],
  ['another charge', ours, [{ ...theirs, providerChargeId: 'ch_2' }], 'charge_differs'],
  ['two charges', ours, [theirs, { ...theirs, providerChargeId: 'ch_2' }], 'charged_twice'],
  ['two charges of what failed here', { ...ours, status: 'declined' }, [theirs, theirs], 'charged_twice'],
  ['a charge of what is unknown here', { ...ours, status: 'unknown' }, [theirs], 'status_differs'],
  ['a charge of what was declined here', { ...ours, status: 'declined' }, [theirs], 'status_differs'],
  ['no charge of what succeeded here', ours, [], 'not_at_provider'],
  ['no charge of what was declined here', { ...ours, status: 'declined' }, [], null],
  ['a charge of nothing of ours', null, [theirs], 'not_with_us'],
  ['nothing anywhere', null, [], null],
])('%s', (_name, our, their, difference) => {
  expect(differenceOf(our, their)).toBe(difference);
});
