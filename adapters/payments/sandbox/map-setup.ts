import { z } from 'zod';
import type { AttachedMethod, BegunSetup, SetupResult } from '../port.ts';

export const wireMethod = z.object({
  id: z.string().min(1),
  brand: z.string(),
  last4: z
    .string()
    .regex(/^\d{4}$/)
    .nullable(),
  exp_month: z.int().min(1).max(12).nullable(),
  exp_year: z.int().nullable(),
});

export const wireSetup = z.object({
  id: z.string().min(1),
  url: z.url({ protocol: /^https?$/ }),
  status: z.enum(['open', 'completed', 'failed']),
  failure_code: z.string().nullable(),
  method: wireMethod.nullable(),
});

type WireSetup = z.output<typeof wireSetup>;

export function toMethod({ id, brand, last4, exp_month, exp_year }: z.output<typeof wireMethod>): AttachedMethod {
  return { providerMethodId: id, brand, last4, expMonth: exp_month, expYear: exp_year };
}

export function toBegunSetup({ id: providerSetupId, url }: WireSetup): BegunSetup {
  return { providerSetupId, url };
}

export function toSetupResult({ status, failure_code, method }: WireSetup): SetupResult {
  if (status === 'failed') {
    const code = failure_code ?? 'failed';
    return { kind: 'failed', code, message: `The set-up failed: ${code.replaceAll('_', ' ')}.` };
  }
  // Completed without its method is not completed yet: asking again names it.
  return status === 'completed' && method !== null ? { kind: 'completed', method: toMethod(method) } : { kind: 'open' };
}
