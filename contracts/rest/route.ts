import type { z } from 'zod';
import type { Permission } from '../../domain/access/permissions.ts';
import type { RefusalCode } from '../../domain/errors.ts';
import type { RateClass } from './rate-class.ts';

/**
 * One call of the REST contract (spec §6): what the server checks, what the OpenAPI document says, and nothing else.
 * Every route may answer the refusals its kind implies (400, 401, 403, 404, 413, 422, 429); `refusals` names the further ones.
 */
export interface RouteContract {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Without the version; parameters as `{customer_id}`. */
  readonly path: string;
  /** The calls of spec §6's first table stand, identically, at the root too. */
  readonly atRoot?: boolean;
  /** What the caller must be allowed to do; null: whoever is known may, or, for providers' notifications, whoever signs. */
  readonly permission: Permission | null;
  /**
   * Customers may call it, each for what is its own; absent: they may not. `body` is what they may say, where that is less;
   * `filters` what a list is narrowed to, beside the customer itself.
   */
  readonly forCustomers?: { readonly body?: z.ZodType; readonly filters?: Readonly<Record<string, string>> };
  /** For the gateway's limits; absent: `read` of a GET, `write` of any other. */
  readonly rateClass?: RateClass;
  /** Its body holds what must not even be kept as a hash: an idempotency key is read, and claims nothing. */
  readonly carriesSecrets?: true;
  readonly tag: string;
  readonly summary: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodType;
  readonly answers: Readonly<Record<number, { description: string; schema: z.ZodType; contentType?: string }>>;
  readonly refusals?: readonly RefusalCode[];
}

export type BodyOf<C extends RouteContract> = C['body'] extends z.ZodType ? z.output<C['body']> : undefined;
export type QueryOf<C extends RouteContract> = C['query'] extends z.ZodType ? z.output<C['query']> : undefined;

export function defineRoute<const C extends RouteContract>(contract: C): C {
  return contract;
}
