import type { Allowance, Count, RequestCounter } from '../../adapters/limits/port.ts';
import type { RateClass } from '../../contracts/rest/rate-class.ts';
import { DomainError } from '../../domain/errors.ts';
import { assertNever } from '../../domain/invariant.ts';
import type { Principal } from '../../identity/principal.ts';
import { networkOf } from './client-address.ts';

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

/** What a caller is told of the limit it is nearest to. */
export type RateHeaders = Record<string, string>;

interface Applied {
  policy: string;
  allowance: Allowance;
  count: Count;
}

const secondMs = 1_000;
const minuteMs = 60_000;

const perSecond = (max: number): Allowance => ({ max, windowMs: secondMs });
const perMinute = (max: number): Allowance => ({ max, windowMs: minuteMs });

export interface RateLimiting {
  /** Before anybody is known. Throws `rate_limited`. */
  ofNetwork(ip: string): RateHeaders;
  countFailure(ip: string): void;
  /** Throws `rate_limited`; for keys and sign-in also `overloaded`, while nobody can count them. */
  ofCaller(principal: Principal, rateClass: RateClass, tenantPerSecond?: number): Promise<RateHeaders>;
}

/** Thrown with what the answer has to say beside it. */
export class RateLimited extends DomainError {
  readonly headers: RateHeaders;

  constructor(headers: RateHeaders) {
    super('rate_limited', 'Too many requests; try again when Retry-After is over.');
    this.headers = headers;
  }
}

export function createRateLimiting(counter: RequestCounter, limits: RateLimits): RateLimiting {
  const allowances = {
    ...{ ip: perSecond(limits.ip), failure: perMinute(limits.failure), caller: perSecond(limits.caller) },
    ...{ write: perSecond(limits.write), money: perSecond(limits.money) },
    ...{ secret: perMinute(limits.secret), login: perMinute(limits.login) },
  };
  const count = (policy: string, name: string, allowance: Allowance): Applied =>
    admitted({ policy, allowance, count: counter.count(`${policy}:${name}`, allowance) });

  function ofClass(rateClass: RateClass, actor: string): Applied | null | Promise<Applied> {
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
  async function exactly(policy: 'secret' | 'login', actor: string): Promise<Applied> {
    const allowance = allowances[policy];
    const counted = await counter.countExactly(`${policy}:${actor}`, allowance);
    if (counted === null) throw new DomainError('overloaded', 'Keys and secrets cannot be made just now; try again.');
    return admitted({ policy, allowance, count: counted });
  }

  return {
    ofNetwork(ip) {
      const network = networkOf(ip);
      const failures = counter.look(`failure:${network}`, allowances.failure);
      admitted({ policy: 'failure', allowance: allowances.failure, count: failures });
      return tell(count('ip', network, allowances.ip));
    },
    countFailure(ip) {
      counter.count(`failure:${networkOf(ip)}`, allowances.failure);
    },
    async ofCaller({ tenantId, actor }, rateClass, tenantPerSecond = limits.tenant) {
      // The widest last: what one caller is refused is not taken from the other callers of its tenant.
      const ofActor = count('caller', `${tenantId}:${actor}`, allowances.caller);
      const own = ofClass(rateClass, `${tenantId}:${actor}`);
      const ofOwnClass = own instanceof Promise ? await own : own;
      const ofTenant = count('tenant', tenantId, perSecond(tenantPerSecond));
      const nearest = nearer(ofActor, ofTenant);
      return tell(ofOwnClass === null ? nearest : nearer(nearest, ofOwnClass));
    },
  };
}

const shareLeft = ({ count, allowance }: Applied) => count.remaining / allowance.max;

function nearer(one: Applied, other: Applied): Applied {
  return shareLeft(other) < shareLeft(one) ? other : one;
}

function admitted(applied: Applied): Applied {
  if (!applied.count.isOver) return applied;
  const headers = tell(applied);
  throw new RateLimited({ ...headers, 'retry-after': String(Math.max(1, Number(headers['ratelimit-reset']))) });
}

/** The widely read three, and the policy in the words of draft-ietf-httpapi-ratelimit-headers. */
function tell({ policy, allowance, count }: Applied): RateHeaders {
  return {
    'ratelimit-limit': String(allowance.max),
    'ratelimit-remaining': String(count.remaining),
    'ratelimit-reset': String(Math.ceil(count.resetsInMs / 1_000)),
    'ratelimit-policy': `"${policy}";q=${allowance.max};w=${allowance.windowMs / 1_000}`,
  };
}
