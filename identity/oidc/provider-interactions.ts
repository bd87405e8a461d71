import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';
import { errors, type InteractionResults, type Provider } from 'oidc-provider';
import type { Sql } from '../../db/database.ts';
import { isPermission } from '../../domain/access/permissions.ts';
import { firstPartyClientId } from '../first-party-client.ts';
import type { Interaction, Interactions } from '../interactions.ts';
import { textsFor } from '../pages/parts.ts';
import { renderOver } from '../pages/sign-in-forms.ts';
import { parseSubject, spellSubject } from '../subject.ts';
import { findUserAccount, loginSecondsOf } from './accounts.ts';
import { tenantOfClient } from './token-policy.ts';

type NodeBindings = { incoming: IncomingMessage; outgoing: ServerResponse };
type Waiting = Awaited<ReturnType<Provider['interactionDetails']>>;

/** The login pages' way to the authorization that waits behind them. The browser is known by the cookie of its interaction. */
export function createInteractions(parts: { sql: Sql; provider: () => Provider }): Interactions {
  async function waitingOf(c: Context): Promise<Waiting | null> {
    const { incoming, outgoing } = c.env as NodeBindings;
    try {
      return await parts.provider().interactionDetails(incoming, outgoing);
    } catch (error) {
      if (error instanceof errors.SessionNotFound) return null;
      throw error;
    }
  }

  async function goOn(c: Context, result: InteractionResults): Promise<Response> {
    const { incoming, outgoing } = c.env as NodeBindings;
    return c.redirect(await parts.provider().interactionResult(incoming, outgoing, result), 303);
  }

  async function clientOf(waiting: Waiting) {
    return parts.provider().Client.find(String(waiting.params['client_id']));
  }

  const denied = { error: 'access_denied', error_description: 'You have no access to this application.' };

  return {
    async find(c) {
      const waiting = await waitingOf(c);
      const client = waiting && (await clientOf(waiting));
      return waiting && client ? describe(waiting, client) : null;
    },
    async signIn(c, subject, methods) {
      const waiting = await waitingOf(c);
      const client = waiting && (await clientOf(waiting));
      if (!client) return gone(c);
      const text = spellSubject(subject);
      const ofBusiness = tenantOfClient(client);
      const isStranger = ofBusiness !== null && ofBusiness !== subject.tenantId;
      const account = isStranger ? null : await findUserAccount(parts.sql, text);
      if (account === null) return goOn(c, denied);
      return goOn(c, { login: { accountId: text, amr: [...methods], ts: loginSecondsOf(account, Date.now()) } });
    },
    async allow(c) {
      const waiting = await waitingOf(c);
      if (waiting === null || waiting.session === undefined) return gone(c);
      const { accountId } = waiting.session;
      return goOn(c, { consent: { grantId: await extendGrant(parts.provider(), waiting, accountId) } });
    },
    async deny(c) {
      return (await waitingOf(c)) === null ? gone(c) : goOn(c, denied);
    },
  };
}

function gone(c: Context): Promise<Response> {
  return renderOver({ texts: textsFor(c) }, 410);
}

function describe(waiting: Waiting, client: { clientId: string; clientName?: string | undefined }): Interaction {
  const { uid, prompt, params, session } = waiting;
  const isFirstParty = client.clientId === firstPartyClientId;
  const { login_hint: hint, scope, ui_locales: locales } = params;
  return {
    uid,
    client: { id: client.clientId, name: client.clientName ?? client.clientId, isFirstParty },
    prompt: prompt.name === 'consent' ? 'consent' : 'login',
    subject: session === undefined ? null : parseSubject(session.accountId),
    scopes: typeof scope === 'string' ? scope.split(' ') : [],
    loginHint: typeof hint === 'string' ? hint : null,
    uiLocales: typeof locales === 'string' ? locales : null,
  };
}

/** What is missing is added to what was allowed before; `missing…` are the library's words. */
async function extendGrant(provider: Provider, waiting: Waiting, accountId: string): Promise<string> {
  const known = waiting.grantId === undefined ? undefined : await provider.Grant.find(waiting.grantId);
  const grant = known ?? new provider.Grant({ accountId, clientId: String(waiting.params['client_id']) });
  const { missingOIDCScope, missingResourceScopes } = waiting.prompt.details as {
    missingOIDCScope?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  if (missingOIDCScope) grant.addOIDCScope(missingOIDCScope.join(' '));
  for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
    grant.addResourceScope(resource, scopes.filter(isPermission).join(' '));
  }
  return grant.save();
}
