import type { Context } from 'hono';
import type { RouteContract } from '../../contracts/rest/route.ts';
import type { Claim } from '../../db/queries/idempotency-keys.ts';
import { DomainError } from '../../domain/errors.ts';
import type { CustomerId } from '../../domain/ids.ts';
import { refuseForbiddenText } from './check-text.ts';
import { claimOf, idempotencyKeyOf } from './claim-of.ts';
import { parseJson, readBody, refuseOtherFormats } from './read-body.ts';
import { validate } from './validate.ts';

export interface ReadRequest {
  claim: Claim | null;
  body: unknown;
  query: unknown;
  /** Set when the request cannot be read; answered only once the ids in the path are known to exist. */
  refusal: DomainError | null;
}

/**
 * Body, query and idempotency key, checked against the contract, and against what it lets a customer say. Throws only for a body
 * over the limit or in another format.
 */
export async function readRequest(
  c: Context,
  contract: RouteContract,
  customerId: CustomerId | null,
): Promise<ReadRequest> {
  const read: ReadRequest = { claim: null, body: undefined, query: undefined, refusal: null };
  if (contract.method !== 'get') refuseOtherFormats(c);
  const bytes = contract.method === 'get' ? null : await readBody(c);
  try {
    const query = queryOf(c);
    refuseForbiddenText(query);
    if (contract.query) read.query = validate(contract.query, query);
    if (bytes) readInto(read, c, { contract, customerId }, bytes);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    read.refusal = error;
  }
  return read;
}

function readInto(
  read: ReadRequest,
  c: Context,
  by: { contract: RouteContract; customerId: CustomerId | null },
  bytes: Uint8Array,
): void {
  const { contract, customerId } = by;
  const header = c.req.header('idempotency-key');
  const request = { method: contract.method, path: c.req.path, customerId };
  const claimFor = (key: string | null, said: unknown) =>
    key === null || contract.carriesSecrets ? null : claimOf(key, { ...request, body: said });
  let body: unknown;
  try {
    body = parseJson(bytes);
    refuseForbiddenText(body);
  } catch (error) {
    // What cannot be read is told apart by its bytes, so that its refusal replays too.
    read.claim = claimFor(idempotencyKeyOf(header, undefined), Buffer.from(bytes).toString('latin1'));
    throw error;
  }
  read.claim = claimFor(idempotencyKeyOf(header, body), body);
  const lesser = customerId === null ? undefined : contract.forCustomers?.body;
  if (lesser) validate(lesser, body);
  if (contract.body) read.body = validate(contract.body, body);
}

/** A parameter given twice has no one value: it is refused like one of the wrong type. */
function queryOf(c: Context): Record<string, string | string[]> {
  const given = c.req.queries();
  return Object.fromEntries(
    Object.entries(given).map(([name, all]) => [name, all.length === 1 ? (all[0] ?? '') : all]),
  );
}
