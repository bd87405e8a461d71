import type { Cache } from '../../adapters/cache/port.ts';
import type { RequestCounter } from '../../adapters/limits/port.ts';
import type { Call } from '../../billing/call.ts';
import type { Answer } from '../../contracts/answer.ts';
import { rateClassOf } from '../../contracts/rest/rate-class.ts';
import type { RouteContract } from '../../contracts/rest/route.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { TenantDirectory, TenantFacts } from '../../identity/directories.ts';
import type { Principal } from '../../identity/principal.ts';
import { begunBy } from './answer-error.ts';
import { createDeadline } from './answer-in-time.ts';
import { createClientFinder, type FindClient } from './client-address.ts';
import { type LoadLimits, type Rank, watchLoad } from './load-watch.ts';
import type { ObservedRequest } from './observe-request.ts';
import { createMoneyPlaces, createTenantPlaces, type PlaceLimits } from './places.ts';
import { type AppliedLimit, createRateLimiting, RateLimited, type RateLimits } from './rate-limits.ts';
import { createReplayCache } from './replay-cache.ts';

/** What stands between the network and a route, besides who may do what. Its order: load, network, caller, places. */
export interface Gate {
  findClient: FindClient;
  /** Before anybody is known. Throws `overloaded` or `rate_limited`. */
  arrive(request: ObservedRequest, contract: RouteContract): void;
  /** The same for an address that is no route: with `login` where people and machines show what they sign in with. */
  arriveAt(request: ObservedRequest, kind: 'page' | 'login'): Promise<void>;
  /** Counts a refused credential against where it came from. */
  identify(
    request: ObservedRequest,
    authenticate: () => Principal | Promise<Principal>,
  ): Principal | Promise<Principal>;
  /** Throws `rate_limited`, or `overloaded` where what must be counted cannot be. */
  admit(request: ObservedRequest, contract: RouteContract, principal: Principal): void | Promise<void>;
  /**
   * A replay from the cache, or the work: within the deadline, in a place of its tenant's where these are counted and, about money,
   * in one of those. Throws `overloaded`, or `rate_limited` for the tenant's.
   */
  carry(contract: RouteContract, call: Call, work: () => Promise<Answer>): Promise<Answer>;
  close(): void;
}

export interface GateLimits {
  rates: RateLimits;
  load: LoadLimits;
  places: PlaceLimits;
  requestTimeoutMs: number;
}

export interface GateParts {
  limits: GateLimits;
  counter: RequestCounter;
  /** CIDRs; none by default. */
  trustedProxies?: readonly string[];
  /** Absent: every tenant has the platform's rates. */
  tenants?: TenantDirectory;
  /** Absent: replays come from PostgreSQL alone. */
  cache?: Cache;
}

const tooMuch = () =>
  new DomainError('overloaded', 'There is too much to do at the moment; nothing was done. Try again.');

function rankOf(contract: RouteContract): Rank {
  const rateClass = rateClassOf(contract);
  if (rateClass === 'money') return 'money';
  if (rateClass !== 'read') return 'change';
  return contract.query === undefined ? 'read' : 'list';
}

export function createGate({ limits, counter, trustedProxies, tenants, cache }: GateParts): Gate {
  const load = watchLoad(limits.load);
  const rates = createRateLimiting(counter, limits.rates);
  const moneyPlaces = createMoneyPlaces(limits.places);
  const tenantPlaces = createTenantPlaces();
  const deadline = createDeadline(limits.requestTimeoutMs);
  const replays = cache && createReplayCache(cache);

  function ofCaller(contract: RouteContract, principal: Principal): AppliedLimit | Promise<AppliedLimit> {
    const of = (facts: TenantFacts | null | undefined) =>
      rates.ofCaller(principal, rateClassOf(contract), facts?.limits['requests_per_second']);
    const finding = tenants?.find(principal.tenantId);
    return finding instanceof Promise ? finding.then(of) : of(finding);
  }

  /** As many of a tenant's calls as its operator allows; streams of changes have places of their own. */
  async function atOnce(tenantId: TenantId, work: () => Promise<Answer>): Promise<Answer> {
    const most = (await tenants?.find(tenantId))?.limits['concurrent_requests'];
    return most === undefined ? work() : tenantPlaces.hold(tenantId, work, most);
  }

  async function inFlight(rank: Rank, { tenantId }: Call, work: () => Promise<Answer>): Promise<Answer> {
    const startedAt = performance.now();
    load.enter(rank);
    try {
      return await atOnce(tenantId, work);
    } finally {
      load.leave(rank, performance.now() - startedAt);
    }
  }

  return {
    findClient: createClientFinder(trustedProxies),
    arrive(request, contract) {
      if (load.refuses(rankOf(contract))) throw tooMuch();
      const { ip } = request;
      if (ip !== null) note(request, () => rates.ofNetwork(ip));
    },
    async arriveAt(request, kind) {
      if (load.refuses('change')) throw tooMuch();
      // What has no address to be counted by is counted together.
      const { ip } = request;
      if (kind === 'login') await noteSoon(request, () => rates.ofLogin(ip ?? 'nowhere'));
      else if (ip !== null) note(request, () => rates.ofNetwork(ip));
    },
    identify(request, authenticate) {
      return orElse(authenticate, (error) => {
        if (error instanceof DomainError && error.code === 'unauthorized' && request.ip !== null)
          rates.countFailure(request.ip);
      });
    },
    admit: (request, contract, principal) => noteSoon(request, () => ofCaller(contract, principal)),
    async carry(contract, call, work) {
      const rank = rankOf(contract);
      if (load.refuses(rank)) throw tooMuch();
      const rateClass = rateClassOf(contract);
      const copies = rateClass === 'secret' || contract.method === 'get' ? undefined : replays;
      const copy = copies && call.claim ? await copies.find(call) : null;
      if (copy) return copy;
      const inPlace = rateClass === 'money' ? () => moneyPlaces.hold(call.tenantId, work) : work;
      const answer = await deadline.answerOf(begunBy(contract, call), inFlight(rank, call, inPlace));
      copies?.keep(call, answer);
      return answer;
    },
    close() {
      load.stop();
      deadline.stop();
    },
  };
}

/** Refused or not, the answer says how near its caller is to a limit. */
function note(request: ObservedRequest, limit: () => AppliedLimit): void {
  try {
    request.limit = limit();
  } catch (error) {
    noteRefusal(request, error);
    throw error;
  }
}

function noteRefusal(request: ObservedRequest, error: unknown): void {
  if (error instanceof RateLimited) request.limit = error.limit;
}

function noteSoon(request: ObservedRequest, limit: () => AppliedLimit | Promise<AppliedLimit>): void | Promise<void> {
  const keep = (applied: AppliedLimit) => {
    request.limit = applied;
  };
  const applied = orElse(limit, (error) => noteRefusal(request, error));
  return applied instanceof Promise ? applied.then(keep) : keep(applied);
}

/** What is there already costs no turn of the loop: nearly every request is told at once who sent it, and that it may. */
function orElse<T>(ask: () => T | Promise<T>, fail: (error: unknown) => void): T | Promise<T> {
  const failing = (error: unknown): never => {
    fail(error);
    throw error;
  };
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.catch(failing) : answer;
  } catch (error) {
    return failing(error);
  }
}
