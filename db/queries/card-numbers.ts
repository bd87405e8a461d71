import type { Sql, Transaction } from '../database.ts';

/** A text that may hold a card-like number, and where it stands. */
export interface StoredText {
  table: string;
  column: string;
  tenantId: string | null;
  id: string;
  text: string;
}

interface Column {
  schemaName: string;
  tableName: string;
  columnName: string;
  isBytes: boolean;
  hasTenant: boolean;
  hasId: boolean;
}

/** Twelve digits with nothing but separators between them, the least a card-like number needs: what matches is looked at closely. */
const twelveDigits = '[0-9]([^0-9A-Za-z]*[0-9]){11}';
const rowsAtOnce = 500;

export interface ScannedTexts {
  columns: number;
  /** Tables that were not read to their end in time. */
  unread: string[];
}

/**
 * Every text, json and bytea column of the database (I14), a table after the other, each read once; hashes and what is sealed say
 * nothing. Read as the owner; `tenantId` narrows it to one tenant's rows.
 */
export async function scanTexts(
  owner: Sql,
  options: { tenantId: string | null; budgetMs: number; needles?: readonly string[] },
  take: (text: StoredText) => void,
): Promise<ScannedTexts> {
  const { tenantId, budgetMs, needles } = options;
  const pattern = needles ? needles.map((needle) => needle.replace(/[^A-Za-z0-9_]/g, '\\$&')).join('|') : twelveDigits;
  const endsAt = performance.now() + budgetMs;
  const columns = (await listColumns(owner, needles !== undefined)).filter(
    ({ hasTenant }) => tenantId === null || hasTenant,
  );
  const unread: string[] = [];
  for (const [table, ofTable] of Map.groupBy(columns, ({ schemaName, tableName }) => `${schemaName}.${tableName}`)) {
    const leftMs = Math.floor(endsAt - performance.now());
    if (leftMs < 1 || !(await scanTable(owner, ofTable, { tenantId, leftMs, pattern }, take))) unread.push(table);
  }
  return { columns: columns.length, unread };
}

function listColumns(owner: Sql, isEvery: boolean): Promise<Column[]> {
  const hasColumn = (name: string) => owner`exists (
    select 1 from information_schema.columns o
    where o.table_schema = c.table_schema and o.table_name = c.table_name and o.column_name = ${name})`;
  return owner<Column[]>`
    select c.table_schema as schema_name, c.table_name, c.column_name, c.udt_name = 'bytea' as is_bytes,
           ${hasColumn('tenant_id')} as has_tenant, ${hasColumn('id')} as has_id
    from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name)
    where c.table_schema in ('public', 'identity') and t.table_type = 'BASE TABLE'
      and c.udt_name in ('text', 'varchar', 'bpchar', 'name', 'json', 'jsonb', 'xml', 'bytea', '_text', '_varchar')
      and (${isEvery} or c.column_name not like '%\\_hash' and not (c.udt_name = 'bytea' and ${hasColumn('sealed_by')}))
    order by c.table_schema, c.table_name, c.ordinal_position`;
}

/** False where time ran out. */
async function scanTable(
  owner: Sql,
  columns: readonly Column[],
  { tenantId, leftMs, pattern }: { tenantId: string | null; leftMs: number; pattern: string },
  take: (text: StoredText) => void,
): Promise<boolean> {
  const [{ schemaName, tableName: table, hasTenant, hasId }] = columns as [Column];
  const bytes = new Set(columns.filter(({ isBytes }) => isBytes).map(({ columnName }) => columnName));
  try {
    await owner.begin('read only', async (tx) => {
      await tx`select set_config('statement_timeout', ${String(leftMs)}, true)`;
      const query = tx<StoredText[]>`
        select ${table} as "table", v.column_name as "column", ${hasTenant ? tx`t.tenant_id` : tx`null`} as tenant_id,
               ${hasId ? tx`t.id::text` : tx`t.ctid::text`} as id, v.text
        from ${tx(`${schemaName}.${table}`)} t
        cross join lateral (values ${valuesOf(tx, columns)}) v(column_name, text)
        where (${tenantId}::text is null or ${hasTenant ? tx`t.tenant_id = ${tenantId}` : tx`true`})
          and v.text ~ ${pattern}`;
      for await (const rows of query.cursor(rowsAtOnce)) {
        for (const row of rows) take(bytes.has(row.column) ? { ...row, text: decode(row.text) } : { ...row });
      }
    });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === '57014') return false;
    throw error;
  }
}

function valuesOf(tx: Transaction, columns: readonly Column[]) {
  const [first, ...rest] = columns.map(({ columnName, isBytes }) => {
    const value = tx`t.${tx(columnName)}`;
    // Byte by byte, so that no encoding fails; a zero byte is in no text of PostgreSQL's.
    const text = isBytes
      ? tx`case when position('\\x00'::bytea in ${value}) > 0 then encode(${value}, 'escape') else convert_from(${value}, 'LATIN1') end`
      : tx`${value}::text`;
    return tx`(${columnName}::text, ${text})`;
  });
  if (first === undefined) throw new Error('a table without a column to look at');
  return rest.reduce((list, value) => tx`${list}, ${value}`, first);
}

function decode(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
