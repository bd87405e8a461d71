import { z } from 'zod';
import { providerNames } from '../../domain/payments/provider-name.ts';
import { instantIn, instantOut } from './fields.ts';
import { defineRoute } from './route.ts';

const daysMax = 31;

const sums = z.object({ count: z.int(), amount: z.int(), refunded: z.int() });

const chargeDifference = z
  .object({
    kind: z
      .enum(['not_with_us', 'not_at_provider', 'charged_twice', 'status_differs', 'charge_differs', 'refund_differs'])
      .meta({ description: '`charge_differs`: another amount, currency or id of the charge.' }),
    attempt_id: z.string(),
    payment_id: z.string().nullable(),
    customer_id: z.string().nullable(),
    at: instantOut,
    with_us: z
      .object({
        status: z.string(),
        provider_charge_id: z.string().nullable(),
        amount: z.int(),
        currency: z.string(),
        refunded: z.int(),
      })
      .nullable(),
    at_provider: z.array(
      z.object({ provider_charge_id: z.string(), amount: z.int(), currency: z.string(), refunded: z.int() }),
    ),
    looked_up: z.boolean().meta({ description: 'The provider was also asked about this one by itself.' }),
  })
  .meta({ id: 'ChargeDifference', description: 'One attempt about which the books differ.' });

const reconciliation = z
  .object({
    provider: z.enum(providerNames),
    created_from: instantOut,
    covered_to: instantOut.meta({ description: 'Up to here, exclusive, everything was compared.' }),
    next_from: instantOut
      .nullable()
      .meta({ description: '`created_from` of the call that goes on; null where all that was asked for is compared.' }),
    currencies: z.array(
      z.object({ currency: z.string(), at_provider: sums, with_us: sums, matched: sums }).meta({
        description: 'Captured charges. `matched`: those of the provider that agree with ours in every respect.',
      }),
    ),
    looked_up: z.int().meta({
      description:
        'Charges of ours that the list does not show in this time, and that the provider confirmed when asked.',
    }),
    in_flight: z.int().meta({ description: 'Charges whose outcome is on its way to us; not compared.' }),
    differences: z.array(chargeDifference),
  })
  .meta({
    id: 'Reconciliation',
    description: 'The provider’s own list of charges beside ours. Real time; test clocks do not move it.',
  });

export type ReconciliationBody = z.input<typeof reconciliation>;

/** Lists at the provider: no read of ours alone, so it is limited like what moves money. */
export const reconcileChargesRoute = defineRoute({
  method: 'get',
  path: '/admin/reconciliation',
  permission: 'reconciliation:read',
  rateClass: 'money',
  tag: 'Administration',
  summary: 'Compare a provider’s list of charges with ours; a long list is cut, and the answer says where to go on',
  query: z
    .strictObject({ provider: z.enum(providerNames), created_from: instantIn, created_to: instantIn })
    .refine(({ created_from: from, created_to: to }) => from < to && to - from <= daysMax * 86_400_000, {
      path: ['created_to'],
      message: `must lie after created_from, by ${daysMax} days at most`,
    }),
  answers: { 200: { description: 'What agrees and what does not.', schema: reconciliation } },
  refusals: ['not_supported', 'provider_not_configured', 'provider_credentials_refused', 'provider_unavailable'],
});
