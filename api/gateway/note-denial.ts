import type { Context } from 'hono';
import { type Denial, recordDenials } from '../../billing/access/record-denials.ts';
import type { RouteContract } from '../../contracts/rest/route.ts';
import type { TenantDatabase } from '../../db/with-tenant.ts';
import { DomainError, type RefusalCode } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { MINUTE_MS, SECOND_MS } from '../../domain/instant.ts';
import { parseApiKey } from '../../identity/api-key.ts';
import { deniedBy } from '../../identity/denied-by.ts';
import { platformScope } from '../../identity/principal.ts';
import type { Logger } from '../../runtime/logger.ts';
import { registerCounter } from '../../runtime/metrics.ts';
import { startPollLoop } from '../../runtime/poll-loop.ts';

/** The request as far as it was known when it was refused. */
export interface DeniedRequest {
  id: string;
  tenantId: string | null;
  actor: string | null;
  ip?: string | null;
}

/** A route of the interface, or a page beside it. */
export type DeniedRoute = Pick<RouteContract, 'method' | 'path' | 'permission'>;

export interface DenialNotes {
  /** Costs the request nothing and never throws. */
  note(error: unknown, request: DeniedRequest, on: DeniedRoute, c: Context): void;
  /** Writes what is not written yet. */
  stop(): Promise<void>;
}

const denials: ReadonlySet<RefusalCode> = new Set(['forbidden', 'cross_site_request', 'tenant_suspended']);
/** Who is denied before anything is known of them. */
const anybody = 'unknown';
/** Of those who are known, and of those who only presented something: the latter must not push out the former. */
const notesMax = 5_000;

const lost = registerCounter({
  name: 'redcore_denials_unrecorded_total',
  help: 'Denials that were counted in no audit row, because too many different ones came in one minute',
  labels: [],
});

interface Note {
  denial: Denial;
  /** When a row was written of it; the next comes a minute later, with the count of what was denied meanwhile. */
  writtenAt: number | null;
}

/**
 * Denials, written behind the requests: the first of a caller at a route within a second, those of the minute after it as one row
 * with their count. What a killed process had not written yet is lost.
 */
export function createDenialNotes(parts: {
  database: TenantDatabase;
  logger: Logger;
  intervalMs?: number;
  windowMs?: number;
}): DenialNotes {
  const { database, logger, intervalMs = SECOND_MS, windowMs = MINUTE_MS } = parts;
  const known = new Map<string, Note>();
  const unknown = new Map<string, Note>();

  function count(denial: Denial): void {
    const notes = 'actor' in denial.by && denial.by.actor !== anybody ? known : unknown;
    const key = JSON.stringify([denial.by, denial.route, denial.code, denial.reason]);
    const note = notes.get(key);
    if (note === undefined) {
      if (notes.size >= notesMax) lost.inc();
      else notes.set(key, { denial, writtenAt: null });
    } else if (note.denial.count === 0) note.denial = denial;
    else note.denial.count += 1;
  }

  async function writeDue(isLast: boolean): Promise<void> {
    const now = performance.now();
    const due: Note[] = [];
    for (const notes of [known, unknown]) {
      for (const [key, note] of notes) {
        if (!isLast && note.writtenAt !== null && now - note.writtenAt < windowMs) continue;
        if (note.denial.count === 0) notes.delete(key);
        else due.push(note);
      }
    }
    if (due.length === 0) return;
    const written = due.map(({ denial }) => ({ ...denial }));
    await recordDenials(database, written);
    due.forEach((note, index) => {
      note.denial.count -= written[index]?.count ?? 0;
      note.writtenAt = now;
    });
  }

  const onError = (error: unknown): void => logger.warn({ err: error }, 'denials could not be audited yet');
  const loop = startPollLoop({
    delayMinMs: intervalMs,
    delayMaxMs: intervalMs,
    onError,
    async tick() {
      await writeDue(false);
      return 'none';
    },
  });

  return {
    note(error, request, on, c) {
      const denial = denialOf(error, request, on, c);
      if (denial) count(denial);
    },
    async stop() {
      await loop.stop();
      await writeDue(true).catch(onError);
    },
  };
}

function denialOf(error: unknown, request: DeniedRequest, on: DeniedRoute, c: Context): Denial | null {
  if (!(error instanceof DomainError)) return null;
  if (error.code !== 'unauthorized' && !denials.has(error.code)) return null;
  const named = deniedBy(error);
  const by = named ?? whoWas(request, error.code, c.req.header('authorization'));
  if (by === null) return null;
  const { method, path, permission } = on;
  return {
    ...(named?.reason === undefined ? {} : { reason: named.reason }),
    ...{
      by: 'keyId' in by ? by : { tenantId: by.tenantId, actor: by.actor },
      code: error.code,
      route: `${method.toUpperCase()} ${path}`,
      permission,
    },
    ...{ requestId: request.id, ip: request.ip ?? null, count: 1 },
  };
}

/** Null: nobody at all, such as a request without credentials. */
function whoWas(request: DeniedRequest, code: RefusalCode, authorization: string | undefined): Denial['by'] | null {
  const { tenantId, actor } = request;
  if (tenantId !== null && actor !== null) return { tenantId: tenantId as TenantId, actor };
  const key = authorization?.startsWith('Bearer ') ? parseApiKey(authorization.slice(7)) : null;
  if (key !== null) return { keyId: key.id };
  return code === 'unauthorized' ? null : { tenantId: platformScope, actor: anybody };
}
