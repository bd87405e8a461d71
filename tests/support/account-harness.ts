import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { vi } from 'vitest';
import { createRedisAttemptLimiter } from '../../adapters/limits/attempts/redis-attempt-limiter.ts';
import { createRedisShortLivedStore } from '../../adapters/short-lived/redis/redis-short-lived-store.ts';
import { openDatabase, type Sql } from '../../db/database.ts';
import { newId } from '../../db/new-id.ts';
import type { TenantId, UserId } from '../../domain/ids.ts';
import { type Accounts, createAccounts } from '../../identity/accounts/accounts.ts';
import { makeOneTimeToken } from '../../identity/accounts/one-time-token.ts';
import type { Interaction, Interactions } from '../../identity/interactions.ts';
import { createTenant } from '../../identity/issue-api-key.ts';
import { createAccountPages } from '../../identity/pages/account-pages.ts';
import { spellSubject } from '../../identity/subject.ts';
import { createLogger } from '../../runtime/logger.ts';
import { stackEnv } from './stack-env.ts';
import { testSealing } from './test-sealer.ts';

export const goodPassword = 'violet kettle on the roof';

export interface AccountHarness {
  accounts: Accounts;
  owner: Sql;
  pages: Hono;
  interactions: FakeInteractions;
  /** Users whose earlier sign-ins are void. */
  ended: UserId[];
  logged: string[];
  /** Where requests come from. */
  address: string;
  makeTenant(name?: string): Promise<TenantId>;
  makeUser(options?: {
    tenants?: readonly TenantId[];
    role?: string;
    isOperator?: boolean;
  }): Promise<{ id: UserId; email: string }>;
  /** Its token. */
  invite(tenantId: TenantId, email: string, role?: string): Promise<string>;
  audits(resourceId: string): Promise<{ tenantId: string; action: string; actor: string; details: object }[]>;
  get(path: string, headers?: Record<string, string>): Promise<ShownPage>;
  /** An empty header is not sent. */
  send(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<ShownPage>;
  /** Sends the form of a page as a browser does. */
  post(page: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<ShownPage>;
  stop(): Promise<void>;
}

export interface ShownPage {
  status: number;
  text: string;
  headers: Headers;
}

/** The OAuth2 server behind the pages: the sign-ins that wait there, and what became of them. */
export class FakeInteractions implements Interactions {
  readonly waiting = new Map<string, Interaction>();
  readonly done: { uid: string; subject?: string; methods?: readonly string[]; allowed?: boolean }[] = [];

  begin(changed: Partial<Interaction> = {}): Interaction {
    const client = { id: 'redcore-portals', name: 'RedCore', isFirstParty: true };
    const known = { subject: null, scopes: [], loginHint: null, uiLocales: null };
    const interaction: Interaction = { uid: randomUUID(), client, prompt: 'login', ...known, ...changed };
    this.waiting.set(interaction.uid, interaction);
    return interaction;
  }

  find: Interactions['find'] = async (c) => this.waiting.get(c.req.path.split('/')[3] ?? '') ?? null;

  signIn: Interactions['signIn'] = async (c, subject, methods) =>
    this.end(c, { subject: spellSubject(subject), methods });

  allow: Interactions['allow'] = async (c) => this.end(c, { allowed: true });

  deny: Interactions['deny'] = async (c) => this.end(c, { allowed: false });

  private async end(c: Parameters<Interactions['find']>[0], result: object): Promise<Response> {
    const { uid } = (await this.find(c)) ?? { uid: '' };
    this.waiting.delete(uid);
    this.done.push({ uid, ...result });
    return new Response(null, { status: 303, headers: { location: `/oauth/authorize/${uid}`, 'set-cookie': 'a=b' } });
  }
}

/** Accounts and their pages against the run's PostgreSQL and Redis; each with tries of its own to count. */
export async function startAccountHarness(): Promise<AccountHarness> {
  const { databaseUrl, identityDatabaseUrl, redisUrl } = stackEnv();
  const sql = openDatabase(identityDatabaseUrl, { max: 8, name: 'test-identity' });
  const owner = openDatabase(databaseUrl, { max: 2, name: 'test-owner' });
  const logged: string[] = [];
  const logger = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const redis = { url: redisUrl, prefix: `test:${randomUUID()}:`, logger };
  const [attempts, store] = [createRedisAttemptLimiter(redis), createRedisShortLivedStore(redis)];
  await vi.waitFor(() => Promise.all([attempts.take('probe', { countMax: 9, perMs: 1_000 }), store.check()]), 5_000);
  const { sealer, publicUrl } = testSealing;
  const ended: UserId[] = [];
  const onCredentialsChanged = async (userId: UserId) => void ended.push(userId);
  const accounts = createAccounts({ sql, sealer, attempts, publicUrl, onCredentialsChanged });
  const interactions = new FakeInteractions();
  const addressOf = () => harness.address;
  const keySecret = 'the key secret of a test';
  const pages = createAccountPages({ interactions, accounts, store, publicUrl, keySecret, addressOf, logger });

  async function show(path: string, init: RequestInit = {}): Promise<ShownPage> {
    const response = await pages.request(path, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  }

  const send: AccountHarness['send'] = (path, fields, headers = {}) => {
    const sent = Object.entries({ 'sec-fetch-site': 'same-origin', ...headers }).filter(([, value]) => value !== '');
    return show(path, { method: 'POST', body: new URLSearchParams(fields), headers: Object.fromEntries(sent) });
  };

  const harness: AccountHarness = {
    ...{ accounts, owner, pages, interactions, ended, logged, send, address: '192.0.2.1' },
    makeTenant: (name = 'Test') => createTenant(owner, { name, mode: 'sandbox' }),
    async makeUser({ tenants = [], role = 'viewer', isOperator = false } = {}) {
      const [id, email] = [newId('user'), `${randomUUID()}@people.example`];
      const passwordHash = await accounts.hasher.hash(goodPassword);
      await owner`insert into identity.users (id, email, name, password_hash, password_changed_at, is_operator)
        values (${id}, ${email}, 'Ada', ${passwordHash}, now(), ${isOperator})`;
      for (const tenantId of tenants) {
        await owner`insert into memberships (tenant_id, id, email, name, role) values (${tenantId}, ${id}, ${email}, 'Ada', ${role})`;
      }
      return { id, email };
    },
    async invite(tenantId, email, role = 'viewer') {
      const { token, tokenHash } = makeOneTimeToken();
      await owner`insert into invitations (tenant_id, id, email, role, token_hash, invited_by, expires_at)
        values (${tenantId}, ${newId('invitation')}, ${email}, ${role}, ${tokenHash}, 'test', now() + interval '7 days')`;
      return token;
    },
    audits: async (resourceId) => [
      ...(await owner<{ tenantId: string; action: string; actor: string; details: object }[]>`
        select tenant_id, action, actor, details from audit_log where resource_id = ${resourceId} order by at, id`),
    ],
    get: (path, headers = {}) => show(path, { headers }),
    async post(page, fields, headers = {}) {
      const { text } = await show(page);
      const action = /<form method="post" action="([^"]+)"/.exec(text)?.[1] ?? page;
      const token = /name="form_token" value="([^"]+)"/.exec(text)?.[1] ?? '';
      return send(action, { form_token: token, ...fields }, headers);
    },
    async stop() {
      await Promise.all([attempts.close(), store.close(), sql.end(), owner.end()]);
    },
  };
  return harness;
}
