import type { Context } from 'hono';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createPlanRoute } from '../../contracts/rest/plans.ts';
import { newId } from '../../db/new-id.ts';
import { DomainError, type RefusalCode } from '../../domain/errors.ts';
import { platformScope } from '../../identity/principal.ts';
import { createLogger } from '../../runtime/logger.ts';
import { renderMetrics } from '../../runtime/metrics.ts';
import { type OwnDatabase, openOwnDatabase } from '../../tests/support/own-database.ts';
import { createDenialNotes, type DenialNotes } from './note-denial.ts';

const logger = createLogger('test', { level: 'silent' });
const within = { timeout: 10_000, interval: 10 };
const nothingPresented = { req: { header: () => undefined } } as unknown as Context;

let database: OwnDatabase;
beforeAll(async () => {
  database = await openOwnDatabase();
});
afterAll(() => database.close());

function deny(notes: DenialNotes, tenantId: string | null, code: RefusalCode = 'forbidden', id = 'req-1'): void {
  const request = { id, tenantId, actor: tenantId === null ? null : 'key_1', ip: '192.0.2.1' };
  notes.note(new DomainError(code, 'no'), request, createPlanRoute, nothingPresented);
}

const countsOf = async (tenantId: string) =>
  (
    await database.owner<{ details: { count: number } }[]>`
      select details from audit_log where tenant_id = ${tenantId} order by at, id`
  ).map(({ details }) => details.count);

it('writes the first at once, and what repeats it within the minute as one row with its count', async () => {
  const notes = createDenialNotes({ database: { sql: database.app }, logger, intervalMs: 5, windowMs: 2_000 });
  const tenantId = newId('tenant');
  deny(notes, tenantId);
  await vi.waitFor(async () => expect(await countsOf(tenantId)).toEqual([1]), within);
  for (let index = 0; index < 50; index += 1) deny(notes, tenantId);
  await vi.waitFor(async () => expect(await countsOf(tenantId)).toEqual([1, 50]), within);
  deny(notes, tenantId);
  await notes.stop();
  expect(await countsOf(tenantId)).toEqual([1, 50, 1]);
  const addresses = await database.owner`select distinct ip_address from audit_log where tenant_id = ${tenantId}`;
  expect(addresses.map((row) => row['ipAddress'])).toEqual(['192.0.2.1']);
});

it('notes what is denied across sites in the platform’s scope, and nothing of what is no denial', async () => {
  const notes = createDenialNotes({ database: { sql: database.app }, logger });
  deny(notes, null, 'cross_site_request');
  deny(notes, null, 'unauthorized');
  deny(notes, newId('tenant'), 'not_found');
  notes.note(new Error('a bug'), { id: 'r', tenantId: null, actor: null }, createPlanRoute, nothingPresented);
  await notes.stop();
  expect(await countsOf(platformScope)).toEqual([1]);
});

it('holds no more than it may, and counts what it lost', async () => {
  const notes = createDenialNotes({ database: { sql: database.app }, logger, intervalMs: 60_000 });
  const tenants = Array.from({ length: 5_003 }, (_, index) => `ten_of_a_flood_${index}`);
  for (const tenantId of tenants) deny(notes, tenantId);
  expect(await renderMetrics()).toMatch(/^redcore_denials_unrecorded_total 3$/m);
  deny(notes, null, 'cross_site_request', 'req-2');
  await notes.stop();
  const rows = await database.owner`select 1 from audit_log where tenant_id like 'ten_of_a_flood_%'`;
  expect(rows).toHaveLength(5_000);
  const others = await database.owner`select 1 from audit_log where request_id = 'req-2'`;
  expect(others, 'strangers have room of their own').toHaveLength(1);
});

it('keeps what could not be written, and fails no request', async () => {
  let isAway = true;
  const sql = new Proxy(database.app, {
    get: (target, name) => {
      if (isAway && name === 'begin') throw Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
      return target[name as 'begin'];
    },
  });
  const logged: string[] = [];
  const listening = createLogger('test', { destination: { write: (line) => void logged.push(line) } });
  const notes = createDenialNotes({ database: { sql }, logger: listening, intervalMs: 5 });
  const tenantId = newId('tenant');
  deny(notes, tenantId);
  await vi.waitFor(() => expect(logged.join()).toContain('denials could not be audited yet'), within);
  deny(notes, tenantId);
  isAway = false;
  await vi.waitFor(async () => expect(await countsOf(tenantId)).toEqual([2]), within);
  await notes.stop();
});
