import { answered, rest } from '../rest/client.ts';
import { webAddress } from '../rest/web-address.ts';
import type { SignedIn } from './session.ts';

export async function fetchSession(): Promise<SignedIn> {
  const who = await answered(rest.GET('/v1/session'));
  const { kind, actor, role, tenant, places, entered, language, timezone } = who;
  return {
    ...{ kind, role, places, entered, language, timezone, sessionId: who.session_id },
    returnUrl: webAddress(who.return_url),
    name: who.name ?? who.email ?? actor,
    permissions: new Set(who.permissions),
    tenant: tenant && {
      ...{ id: tenant.tenant_id, name: tenant.name, isSandbox: tenant.mode === 'sandbox' },
      ...{ helpUrl: webAddress(tenant.help_url), supportUrl: webAddress(tenant.support_url) },
    },
    customerId: kind === 'customer' ? actor : null,
  };
}
