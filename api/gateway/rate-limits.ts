import type { Allowance, Count, RequestCounter } from '../../adapters/limits/port.ts';
import type { RateClass } from '../../contracts/rest/rate-class.ts';
import { DomainError } from '../../domain/errors.ts';
import { assertNever } from '../../domain/invariant.ts';
import type { Principal } from '../../identity/principal.ts';
import { networkOf } from '../../runtime/network-of.ts';

/** The platform's own: per second, those of the last three per minute. */
export interface RateLimits {
  /** From one network, before anybody is known. */
  ip: number;
  tenant: number;
  /** Of one key, client, user or customer. */
  caller: number;
  write: number;
  money: number;
  secret: number;
  login: number;
  /** Refused credentials, from one network. */
  failure: number;
}

/** A limit a request was counted under, and how near to it that brought its sender. */
export interface AppliedLimit {
  policy: string;
  allowance: Allowance;
  count: Count;
}

const uncounted = {
  secret: 'Keys and secrets cannot be made just now; try again.',
  login: 'Nobody can sign in just now; try again.',
} as const;

const secondMs = 1_000;
const minuteMs = 60_000;

const perSecond = (max: number): Allowance => ({ max, windowMs: secondMs });
const perMinute = (max: number): Allowance => ({ max, windowMs: minuteMs });

export interface RateLimiting {
  /** Before anybody is known. Throws `rate_limited`. */
  ofNetwork(ip: string): AppliedLimit;
  /** The same, and counted exactly: where people and machines show what they sign in with. Throws `overloaded` while nobody can count. */
  ofLogin(ip: string): Promise<AppliedLimit>;
  countFailure(ip: string): void;
  /** The one it is nearest to. Throws `rate_limited`; for keys and sign-in also `overloaded`, while nobody can count them. */
  ofCaller(principal: Principal, rateClass: RateClass, tenantPerSecond?: number): AppliedLimit | Promise<AppliedLimit>;
}

export class RateLimited extends DomainError {
  readonly limit: AppliedLimit;

  constructor(limit: AppliedLimit) {
    super('rate_limited', 'Too many requests; try again when Retry-After is over.');
    this.limit = limit;
  }
}

export function createRateLimiting(counter: RequestCounter, limits: RateLimits): RateLimiting {
  const allowances = {
    ...{ ip: perSecond(limits.ip), failure: perMinute(limits.failure), caller: perSecond(limits.caller) },
    ...{ write: perSecond(limits.write), money: perSecond(limits.money) },
    ...{ secret: perMinute(limits.secret), login: perMinute(limits.login) },
  };
  const count = (policy: string, name: string, allowance: Allowance): AppliedLimit =>
    admitted({ policy, allowance, count: counter.count(`${policy}:${name}`, allowance) });

  function ofClass(rateClass: RateClass, actor: string): AppliedLimit | null | Promise<AppliedLimit> {
    switch (rateClass) {
      case 'read':
        return null;
      case 'write':
      case 'money':
        return count(rateClass, actor, allowances[rateClass]);
      case 'secret':
      case 'login':
        return exactly(rateClass, actor);
      default:
        return assertNever(rateClass);
    }
  }

  /** Fails closed: what could be tried without bound is not tried uncounted. */
  async function exactly(policy: 'secret' | 'login', actor: string): Promise<AppliedLimit> {
    const allowance = allowances[policy];
    const counted = await counter.countExactly(`${policy}:${actor}`, allowance);
    if (counted === null) throw new DomainError('overloaded', uncounted[policy]);
    return admitted({ policy, allowance, count: counted });
  }

  function fromNetwork(network: string): AppliedLimit {
    const failures = counter.look(`failure:${network}`, allowances.failure);
    admitted({ policy: 'failure', allowance: allowances.failure, count: failures });
    return count('ip', network, allowances.ip);
  }

  return {
    ofNetwork: (ip) => fromNetwork(networkOf(ip)),
    async ofLogin(ip) {
      const network = networkOf(ip);
      return nearer(fromNetwork(network), await exactly('login', network));
    },
    countFailure(ip) {
      counter.count(`failure:${networkOf(ip)}`, allowances.failure);
    },
    ofCaller({ tenantId, actor }, rateClass, tenantPerSecond = limits.tenant) {
      // The widest last: what one caller is refused is not taken from the other callers of its tenant.
      const ofActor = count('caller', `${tenantId}:${actor}`, allowances.caller);
      const own = ofClass(rateClass, `${tenantId}:${actor}`);
      const withTenants = (ofOwnClass: AppliedLimit | null) => {
        const nearest = nearer(ofActor, count('tenant', tenantId, perSecond(tenantPerSecond)));
        return ofOwnClass === null ? nearest : nearer(nearest, ofOwnClass);
      };
      return own instanceof Promise ? own.then(withTenants) : withTenants(own);
    },
  };
}

const shareLeft = ({ count, allowance }: AppliedLimit) => count.remaining / allowance.max;

function nearer(one: AppliedLimit, other: AppliedLimit): AppliedLimit {
  return shareLeft(other) < shareLeft(one) ? other : one;
}

function admitted(applied: AppliedLimit): AppliedLimit {
  if (applied.count.isOver) throw new RateLimited(applied);
  return applied;
}

/** What a caller is told of a limit: the widely read three, and the policy in the words of draft-ietf-httpapi-ratelimit-headers. */
export function tellLimit(headers: Record<string, string>, { policy, allowance, count }: AppliedLimit): void {
  const resetsIn = Math.ceil(count.resetsInMs / 1_000);
  headers['ratelimit-limit'] = String(allowance.max);
  headers['ratelimit-remaining'] = String(count.remaining);
  headers['ratelimit-reset'] = String(resetsIn);
  headers['ratelimit-policy'] = `"${policy}";q=${allowance.max};w=${allowance.windowMs / 1_000}`;
  if (count.isOver) headers['retry-after'] = String(Math.max(1, resetsIn));
}
