-- Row-level security is forced on every table: without a tenant set, the app role sees and writes nothing.
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I TO redcore_app USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')) WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), ''''))',
      name);
    EXECUTE format('CREATE POLICY owner_rows ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE POLICY system_rows ON outbox TO redcore_system USING (true);--> statement-breakpoint
CREATE POLICY system_rows ON inbox TO redcore_system USING (true);--> statement-breakpoint
CREATE POLICY system_rows ON intents TO redcore_system USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY system_rows ON subscriptions FOR SELECT TO redcore_system USING (true);--> statement-breakpoint
CREATE POLICY system_outbox ON outbox FOR INSERT TO redcore_system WITH CHECK (topic = 'subscriptions.renew_required');--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO redcore_app;--> statement-breakpoint
REVOKE INSERT, UPDATE, DELETE ON tenants FROM redcore_app;--> statement-breakpoint
REVOKE UPDATE, DELETE ON ledger_entries, audit_log, timeline, prices FROM redcore_app;--> statement-breakpoint
REVOKE DELETE ON subscriptions, payments, payment_attempts, invoices, refunds, customers, plans, outbox, inbox FROM redcore_app;--> statement-breakpoint
GRANT SELECT, INSERT ON outbox TO redcore_system;--> statement-breakpoint
GRANT UPDATE (published_at) ON outbox TO redcore_system;--> statement-breakpoint
GRANT SELECT (tenant_id, provider, endpoint, provider_event_id, id, attempt_id, received_at, published_at) ON inbox TO redcore_system;--> statement-breakpoint
GRANT UPDATE (published_at) ON inbox TO redcore_system;--> statement-breakpoint
GRANT SELECT, INSERT, DELETE ON intents TO redcore_system;--> statement-breakpoint
GRANT UPDATE (due_at, tries, last_error) ON intents TO redcore_system;--> statement-breakpoint
GRANT SELECT (tenant_id, id, status, next_kind, next_at, wake_at, sleeping_until, parked_at) ON subscriptions TO redcore_system;--> statement-breakpoint
-- A key is looked up before its tenant is known: the one reading across tenants the app role may do, by exact id.
CREATE FUNCTION find_api_key(key_id text)
RETURNS TABLE (tenant_id text, secret_hash text, role text, owner text, tenant_mode text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT k.tenant_id, k.secret_hash, k.role, k.owner, t.mode
  FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
  WHERE k.id = key_id AND k.revoked_at IS NULL AND t.status = 'active'
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_api_key(text) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_api_key(text) TO redcore_app;--> statement-breakpoint
CREATE FUNCTION refuse_unbalanced_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM written GROUP BY tenant_id, transaction_id, currency HAVING sum(amount_minor) <> 0) THEN
    RAISE EXCEPTION 'unbalanced ledger transaction' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced_ledger();--> statement-breakpoint
ALTER TABLE subscriptions SET (fillfactor = 80);
