import { createPortalSessionRoute } from '../../contracts/rest/sessions.ts';
import { toIso } from '../../domain/instant.ts';
import { openPortal } from '../../identity/sign-in/open-portal.ts';
import { type Route, route } from '../route.ts';

export const portalSessionRoutes: readonly Route[] = [
  route(createPortalSessionRoute, async (call) => {
    const { context, portals, tenantId, caller } = call;
    const { url, expiresAt } = await openPortal(
      { database: context.database, links: portals.links },
      {
        ...{ tenantId, customerId: call.id('customer'), returnUrl: call.body.return_url ?? null },
        ...{ actor: caller.actor, requestId: caller.requestId, ipAddress: caller.ipAddress ?? null },
      },
    );
    return { status: 201, body: { url, expires_at: toIso(expiresAt) } };
  }),
];
