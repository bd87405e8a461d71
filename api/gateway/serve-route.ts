import type { Context } from 'hono';
import type { Call } from '../../billing/call.ts';
import type { Caller } from '../../billing/context.ts';
import { answerOnce } from '../../billing/idempotency/answer-once.ts';
import type { Answer } from '../../contracts/answer.ts';
import type { RouteContract } from '../../contracts/rest/route.ts';
import { resourcesExist } from '../../db/queries/resource-exists.ts';
import { readAsTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import { isProviderName, type ProviderName } from '../../domain/payments/provider-name.ts';
import { type Principal, platformScope } from '../../identity/principal.ts';
import { sessionCookie, writeCookie } from '../../identity/sessions/cookie.ts';
import type { ApiParts } from '../parts.ts';
import { idOrUnknown, pathKinds, type Route } from '../route.ts';
import { answerOfError, begunBy } from './answer-error.ts';
import { confineCustomer } from './confine-customer.ts';
import { hideFromCustomers } from './hide-from-customers.ts';
import { finishRequest, type ObservedRequest, observeRequest } from './observe-request.ts';
import { readRequest } from './read-request.ts';
import { transportHeaders } from './security-headers.ts';

/** Where staff and machines call from is kept with what they change; of customers it is not. */
function callerOf({ kind, actor, session }: Principal, { id, ip }: ObservedRequest): Caller {
  const linkMadeBy = session?.record.linkMadeBy ?? null;
  return { actor, origin: 'api', requestId: id, ipAddress: kind === 'customer' ? null : ip, linkMadeBy };
}

const notFound = () => new DomainError('not_found', 'unknown id');

/** Whatever tenant the operator has entered, such a call belongs to the platform: to no tenant, and to the system role. */
function isOfPlatform({ permission }: Pick<RouteContract, 'permission'>): boolean {
  return permission === 'tenants:manage';
}

/** What is not allowed is refused before anything else is looked at. */
function authorize({ permission, forCustomers }: RouteContract, principal: Principal): void {
  if (permission !== null && !principal.permissions.has(permission))
    throw new DomainError('forbidden', `This needs the permission ${permission}.`);
  if (principal.kind === 'customer' && forCustomers === undefined)
    throw new DomainError('forbidden', 'This is not for customers.');
  if (isOfPlatform({ permission }) && principal.kind !== 'operator')
    throw new DomainError('forbidden', "This is for the platform's operators.");
}

/** Through the gate, authenticate, authorize, read, then one call to the route's handler. */
export function serveRoute(parts: ApiParts, route: Route): (c: Context) => Promise<Response> {
  const { contract } = route;
  const { logger, gate } = parts;
  const method = contract.method.toUpperCase();
  const kinds = pathKinds(contract.path);
  const headers = transportHeaders(parts.portals.publicUrl);
  const namesProvider = contract.path.includes('{provider}');

  async function answerCall(c: Context, request: ObservedRequest): Promise<Answer> {
    gate.arrive(request, contract);
    const credentials = { method, header: (name: string) => c.req.header(name) };
    const identified = gate.identify(request, () => parts.authenticate(credentials));
    const principal = identified instanceof Promise ? await identified : identified;
    const { tenantId, customerId } = principal;
    request.tenantId = tenantId;
    request.actor = principal.actor;
    const newSecret = principal.session?.newSecret;
    if (newSecret) request.cookie = writeCookie(sessionCookie, newSecret);
    const admitted = gate.admit(request, contract, principal);
    if (admitted instanceof Promise) await admitted;
    authorize(contract, principal);
    const named = kinds.map(({ name, kind }) => ({ kind, id: idOrUnknown(kind, c.req.param(name) ?? '') as string }));
    const read = await readRequest(c, contract, customerId);
    const ids =
      customerId === null
        ? named
        : await confineCustomer(parts.context.database, { tenantId, customerId }, { contract, ids: named, read });
    const call: Call = {
      tenantId: isOfPlatform(contract) ? platformScope : tenantId,
      caller: callerOf(principal, request),
      claim: read.claim,
    };
    const provider = c.req.param('provider') ?? '';
    if (namesProvider && !isProviderName(provider)) return refuse(parts, call, [], notFound());
    if (read.refusal) return refuse(parts, call, ids, read.refusal);
    const routeCall: Parameters<Route['handle']>[0] = {
      ...call,
      principal,
      context: parts.context,
      accounts: parts.accounts,
      system: parts.system,
      documents: parts.documents,
      portals: parts.portals,
      access: parts.access,
      addressOfWorkflow: parts.addressOfWorkflow,
      body: read.body,
      query: read.query,
      id: (kind) => ids.find((one) => one.kind === kind)?.id as never,
      provider: () => provider as ProviderName,
    };
    const answer = await gate.carry(contract, call, () => {
      request.begun = begunBy(contract, call);
      return route.handle(routeCall);
    });
    return customerId === null ? answer : hideFromCustomers(answer);
  }

  return async (c) => {
    const request = observeRequest(c, gate.findClient);
    let answer: Answer;
    try {
      answer = await answerCall(c, request);
    } catch (error) {
      parts.denials.note(error, request, contract, c);
      answer = answerOfError(error, { logger, requestId: request.id }, request.begun);
    }
    return finishRequest(request, answer, { method, route: contract.path, logger, headers });
  };
}

/** Ids come before the body: what is refused of an unknown resource is that it is unknown. */
async function refuse(
  parts: ApiParts,
  call: Call,
  ids: Parameters<typeof resourcesExist>[1],
  refusal: DomainError,
): Promise<Answer> {
  const database = call.tenantId === platformScope ? parts.system : parts.context.database;
  if (call.claim) {
    return answerOnce(database, call.tenantId, call.claim, async (tx) => {
      throw (await resourcesExist(tx.sql, ids)) ? refusal : notFound();
    });
  }
  if (ids.length === 0) throw refusal;
  const exist = await readAsTenant(database, call.tenantId, (sql) => resourcesExist(sql, ids));
  throw exist ? refusal : notFound();
}
