CREATE INDEX "customers_name_text" ON "customers" USING btree ("tenant_id",lower("name" collate "und-x-icu") text_pattern_ops) WHERE name <> '';--> statement-breakpoint
CREATE INDEX "customers_email_text" ON "customers" USING btree ("tenant_id",lower("email" collate "und-x-icu") text_pattern_ops) WHERE email <> '';--> statement-breakpoint
-- Whose name or e-mail begins so, however it is written: at most so many of each, in no order, and whoever fits by both twice. Under
-- row-level security no index helps a comparison with lower(), which is not leakproof: the function looks as the owner does, at the
-- tenant that is set and no other. Texts are compared by their code points, and U+10FFFF stands behind every text that goes on.
-- Materialized, and neither limited nor ordered within, and the tenant read where no planner sees it: else the primary key would be
-- walked for the first that fits, or for all of a tenant, since the one it was planned for had hardly any.
CREATE FUNCTION find_customers_by_text(wanted text, rows_max integer) RETURNS TABLE (id text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH named AS MATERIALIZED (
    SELECT c.id FROM customers c
    WHERE c.tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')) AND c.name <> ''
      AND lower(c.name COLLATE "und-x-icu") ~>=~ lower(wanted COLLATE "und-x-icu")
      AND lower(c.name COLLATE "und-x-icu") ~<~ (lower(wanted COLLATE "und-x-icu") || chr(1114111))
  ), addressed AS MATERIALIZED (
    SELECT c.id FROM customers c
    WHERE c.tenant_id = (SELECT NULLIF(current_setting('app.tenant_id', true), '')) AND c.email <> ''
      AND lower(c.email COLLATE "und-x-icu") ~>=~ lower(wanted COLLATE "und-x-icu")
      AND lower(c.email COLLATE "und-x-icu") ~<~ (lower(wanted COLLATE "und-x-icu") || chr(1114111))
  )
  (SELECT named.id FROM named LIMIT rows_max) UNION ALL (SELECT addressed.id FROM addressed LIMIT rows_max)
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_customers_by_text(text, integer) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_customers_by_text(text, integer) TO redcore_app;
