import type { Grant, KoaContextWithOIDC } from 'oidc-provider';
import { firstPartyClientId } from '../first-party-client.ts';

/** The platform's own portals are allowed what they ask for without a question; everybody else's application needs its user's word. */
export function grantFirstParty(publicUrl: string) {
  return async function loadExistingGrant(ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
    const { client, session, account, provider, result } = ctx.oidc;
    if (client === undefined || session === undefined || account === undefined) return undefined;
    const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const known = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    if (client.clientId !== firstPartyClientId) return known;
    const grant = known ?? new provider.Grant({ clientId: client.clientId, accountId: account.accountId });
    const scope = [...ctx.oidc.requestParamScopes].join(' ');
    grant.addOIDCScope(scope);
    grant.addResourceScope(publicUrl, scope);
    await grant.save();
    return grant;
  };
}
