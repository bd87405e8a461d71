import { z } from 'zod';

const idOrNull = z.string().min(1).nullable();

/** What a provider's notification says, in the words of the provider port (design §6): a hint whom to ask, never an outcome. */
export const providerFact = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('charge_updated'), attempt_id: idOrNull, provider_charge_id: idOrNull }),
  z.object({ kind: z.literal('refund_updated'), refund_id: idOrNull, provider_refund_id: idOrNull }),
  z.object({
    kind: z.literal('dispute_updated'),
    dispute: z.object({
      provider_dispute_id: z.string().min(1),
      attempt_id: idOrNull,
      provider_charge_id: idOrNull,
      status: z.enum(['open', 'won', 'lost']),
      amount_minor: z.int(),
      currency: z.string().min(1),
      reason: z.string(),
      opened_at: z.string().min(1),
      evidence_due_at: z.string().min(1).nullable(),
    }),
  }),
  z.object({ kind: z.literal('setup_updated'), setup_id: idOrNull, provider_setup_id: idOrNull }),
]);

export type ProviderFactOnWire = z.infer<typeof providerFact>;

type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;
type CamelMembers<T> = T extends object ? { [Name in keyof T & string as Camel<Name>]: CamelMembers<T[Name]> } : T;

/** The same as code has it: member for member the port's `ProviderFact`. */
export type ProviderFactInCode = CamelMembers<ProviderFactOnWire>;

export function factToWire(fact: ProviderFactInCode): ProviderFactOnWire {
  return renamed(fact, (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)) as ProviderFactOnWire;
}

export function factFromWire(fact: ProviderFactOnWire): ProviderFactInCode {
  return renamed(fact, (name) =>
    name.replace(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase()),
  ) as ProviderFactInCode;
}

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [rename(name), renamed(member, rename)]));
}
