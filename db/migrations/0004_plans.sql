-- Statements are planned once per connection, often while a table is nearly empty. By default a tenant's rows would then pass
-- for one, any index that leads with tenant_id for as good as the primary key, and the lookup of one row would read all rows
-- of its tenant ever after: in every foreign key's check too. So the planner is told the worst case, that all rows are one
-- tenant's: by the statistics until the first ANALYZE (PostgreSQL 18), by the column's option from then on.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT c.table_name FROM information_schema.columns c JOIN pg_tables t ON t.schemaname = 'public' AND t.tablename = c.table_name
              WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' LOOP
    EXECUTE format('ALTER TABLE %I ALTER COLUMN tenant_id SET (n_distinct = 1)', name);
    IF current_setting('server_version_num')::int >= 180000 THEN
      EXECUTE format(
        'SELECT pg_restore_attribute_stats(''schemaname'', ''public'', ''relname'', %L, ''attname'', ''tenant_id'', ''inherited'', false, ''null_frac'', 0::real, ''avg_width'', 30, ''n_distinct'', 1::real)',
        name);
    END IF;
  END LOOP;
END $$;
