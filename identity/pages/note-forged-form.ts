import type { Context } from 'hono';
import type { AttemptLimit } from '../../adapters/limits/attempts/port.ts';
import { writeAudit } from '../../db/queries/audit-log.ts';
import { DomainError } from '../../domain/errors.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { networkOf } from '../../runtime/network-of.ts';
import { countedName } from '../accounts/accounts.ts';
import { auditedFrom } from '../accounts/audit-account.ts';
import { platformScope } from '../principal.ts';
import { type AccountPageParts, askedFrom } from './parts.ts';

const once: AttemptLimit = { countMax: 1, perMs: 15 * MINUTE_MS };

/**
 * A form that another site sent concerns nobody that is known: it stands in the platform's own audit, the first of a sender in a
 * quarter of an hour. The page is named without what follows it, which may be a token. Whether it can be written changes no answer.
 */
export async function noteForgedForm(parts: AccountPageParts, c: Context, error: unknown): Promise<void> {
  if (!(error instanceof DomainError) || error.code !== 'cross_site_request') return;
  const { accounts, logger } = parts;
  const from = askedFrom(parts, c);
  const page = c.req.path.split('/').slice(0, 3).join('/');
  try {
    if ((await accounts.attempts.take(countedName('forged-form', networkOf(from.address)), once)) > 0) return;
    const who = { tenantId: platformScope, actor: 'unknown', action: 'access.denied', resourceId: `POST ${page}` };
    await writeAudit(accounts.sql, { ...who, ...auditedFrom(from), details: { code: error.code, count: 1 } });
  } catch (failure) {
    logger.warn({ err: failure }, 'a form of another site could not be audited');
  }
}
