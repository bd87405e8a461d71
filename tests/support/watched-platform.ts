import type { RoleName } from '../../stack/roles.ts';
import type { Held } from './hold-points.ts';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { type PassingStatement, type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';
import { type ProviderProxy, startProviderProxy } from './provider-proxy.ts';
import { stackEnv } from './stack-env.ts';

/** The moments of one charge between which a process may die (F1). */
export const chargePoints = ['before_insert', 'before_send', 'after_send', 'before_report'] as const;
export type ChargePoint = (typeof chargePoints)[number];

export interface WatchedPlatform extends TestPlatform {
  postgres(role: RoleName): PostgresProxy;
  provider(role: RoleName): ProviderProxy;
  /** Stops the role's next charge at this point; the hit names the attempt. */
  holdCharge(role: RoleName, point: ChargePoint): Held<string>;
}

/** A platform whose watched roles speak to PostgreSQL and to the provider through proxies that can stop them in mid-sentence. */
export async function startWatchedPlatform(watched: readonly RoleName[]): Promise<WatchedPlatform> {
  const { hostname: host, port } = new URL(stackEnv().databaseUrl);
  const postgres = new Map<RoleName, PostgresProxy>();
  const providers = new Map<RoleName, ProviderProxy>();
  let sandboxProviderUrl = '';
  for (const role of watched) {
    postgres.set(role, await startPostgresProxy({ host, port: Number(port) }));
    providers.set(role, await startProviderProxy(() => sandboxProviderUrl));
  }
  async function closeProxies(): Promise<void> {
    await Promise.all([...postgres.values(), ...providers.values()].map((proxy) => proxy.close()));
  }
  const platform = await startTestPlatform({
    adaptEnvironment(role, environment) {
      sandboxProviderUrl = environment['SANDBOX_PROVIDER_URL'] ?? '';
      // The charges of renewals are made where they are watched.
      const chargesInLine = { REDCORE_CHARGE_IN_LINE: watched.includes('payment-worker') ? 'off' : 'on' };
      const proxy = postgres.get(role);
      if (proxy === undefined) return { ...environment, ...chargesInLine };
      return {
        ...environment,
        ...chargesInLine,
        REDCORE_APP_DATABASE_URL: proxy.urlOf(environment['REDCORE_APP_DATABASE_URL'] ?? ''),
        REDCORE_SYSTEM_DATABASE_URL: proxy.urlOf(environment['REDCORE_SYSTEM_DATABASE_URL'] ?? ''),
        SANDBOX_PROVIDER_URL: providers.get(role)?.url,
      };
    },
  }).catch(async (error: unknown) => {
    await closeProxies();
    throw error;
  });
  const watchedBy = <Proxy>(proxies: Map<RoleName, Proxy>, role: RoleName): Proxy => {
    const found = proxies.get(role);
    if (found === undefined) throw new Error(`${role} is not watched`);
    return found;
  };
  return {
    ...platform,
    postgres: (role) => watchedBy(postgres, role),
    provider: (role) => watchedBy(providers, role),
    holdCharge: (role, point) => holdCharge(watchedBy(postgres, role), watchedBy(providers, role), point),
    async stop() {
      await platform.stop();
      await closeProxies();
    },
  };
}

function holdCharge(postgres: PostgresProxy, provider: ProviderProxy, point: ChargePoint): Held<string> {
  switch (point) {
    case 'before_insert':
      return named(postgres.holdBefore((statement) => writesAttempt(statement, 'sent')));
    case 'before_send':
      return named(postgres.holdAnswer(commitsSent));
    case 'after_send': {
      const held = provider.holdAnswer();
      return { hit: held.hit.then(({ attemptId }) => attemptId), release: () => held.release() };
    }
    case 'before_report':
      return named(postgres.holdBefore((statement) => writesAttempt(statement, 'succeeded')));
    default:
      throw new Error(`there is no point ${String(point satisfies never)}`);
  }
}

function commitsSent({ text, transaction }: PassingStatement): boolean {
  return text === 'commit' && transaction.some((statement) => writesAttempt(statement, 'sent'));
}

function writesAttempt({ text, values }: Pick<PassingStatement, 'text' | 'values'>, status: string): boolean {
  const isWrite = /^\s*(insert into|update) "?payment_attempts"?/.test(text);
  // A bound value is preceded by its length.
  return isWrite && values.includes(`\0\0\0${String.fromCharCode(status.length)}${status}`);
}

function named(held: Held<PassingStatement>): Held<string> {
  const attemptOf = ({ transaction }: PassingStatement): string => {
    const write = transaction.find(({ text }) => text.includes('payment_attempts') && /(insert|update)/.test(text));
    return /att_[0-9a-z]{26}/.exec(write?.values ?? '')?.[0] ?? '';
  };
  return { hit: held.hit.then(attemptOf), release: () => held.release() };
}
