import { bearWithReader, exportedTables, noteExport, readExport } from '../../db/queries/export-tables.ts';
import { insertAudits } from '../../db/queries/write-billing.ts';
import { withTenant } from '../../db/with-tenant.ts';
import { DomainError } from '../../domain/errors.ts';
import type { TenantId } from '../../domain/ids.ts';
import { type Instant, MINUTE_MS } from '../../domain/instant.ts';
import type { Call } from '../call.ts';
import type { BillingContext } from '../context.ts';

/** Each holds a connection for as long as its reader takes. */
const atOnceMax = 2;
const lastsMaxMs = 10 * MINUTE_MS;

const exporting = new Set<TenantId>();

/**
 * Everything of a tenant as of one instant, a JSON object a line. The reader sets the pace, within bounds; one that leaves, or an
 * error, cuts the stream off before its last line, and nothing is noted.
 */
export function exportTenant(context: BillingContext, call: Call): ReadableStream<Uint8Array> {
  const { tenantId } = call;
  if (exporting.has(tenantId) || exporting.size >= atOnceMax) {
    throw new DomainError('overloaded', 'An export is under way already; try again when it is done.');
  }
  exporting.add(tenantId);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const deadline = setTimeout(() => void writer.abort(new Error('the export took too long')), lastsMaxMs);
  const done = () => {
    clearTimeout(deadline);
    exporting.delete(tenantId);
  };
  writeExport(context, call, writer).then(done, (error: unknown) => {
    done();
    // The reader sees it as an answer that broke off; where it was the reader who left, there is nobody to see it.
    return writer.abort(error);
  });
  return readable;
}

async function writeExport(
  context: BillingContext,
  call: Call,
  writer: WritableStreamDefaultWriter<Uint8Array>,
): Promise<void> {
  const encoder = new TextEncoder();
  const write = async (lines: readonly string[]) => {
    await writer.ready;
    if (lines.length > 0) await writer.write(encoder.encode(`${lines.join('\n')}\n`));
  };
  let rows = 0;
  const read = async (): Promise<Instant> =>
    withTenant(
      context.database,
      call.tenantId,
      async (tx) => {
        await bearWithReader(tx, lastsMaxMs);
        for (const table of exportedTables) {
          for await (const page of readExport(tx, table)) {
            rows += page.length;
            await write(page.map((row) => `{"table":"${table}","row":${row}}`));
          }
        }
        return tx.now;
      },
      { isOneInstant: true },
    );
  const exportedAt = await read();
  await withTenant(context.database, call.tenantId, async (tx) => {
    const counts = await noteExport(tx, exportedAt);
    const details = { rows, counts_for_deletion: counts };
    await insertAudits(tx, call.caller, [{ action: 'tenant.exported', resourceId: call.tenantId, details }]);
  });
  await write([`{"end":true,"rows":${rows}}`]);
  await writer.close();
}
