-- Row-level security on the tables of 0002, as on every other.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['carriers', 'credit_note_lines', 'credit_notes', 'disputes', 'method_setups',
                              'provider_accounts', 'refund_requests', 'retry_tasks', 'webhook_endpoints'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I TO redcore_app USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')) WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), ''''))',
      name);
    EXECUTE format('CREATE POLICY owner_rows ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO redcore_app', name);
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE DELETE ON carriers, disputes, refund_requests, retry_tasks, method_setups FROM redcore_app;--> statement-breakpoint
REVOKE UPDATE, DELETE ON credit_notes, credit_note_lines FROM redcore_app;--> statement-breakpoint
CREATE POLICY system_rows ON carriers FOR SELECT TO redcore_system USING (true);--> statement-breakpoint
CREATE POLICY system_rows ON webhook_endpoints FOR SELECT TO redcore_system USING (true);--> statement-breakpoint
GRANT SELECT (tenant_id, id, kind, next_kind, next_at, wake_at, sleeping_until, parked_at) ON carriers TO redcore_system;--> statement-breakpoint
GRANT SELECT (tenant_id, id, provider, mode, status, caught_up_at) ON webhook_endpoints TO redcore_system;--> statement-breakpoint
GRANT SELECT (event_type, fact, status) ON inbox TO redcore_system;--> statement-breakpoint
-- A notification's tenant is known only by its endpoint, or by the account its provider names: two rows at most, so that the
-- caller sees whether it is one.
CREATE FUNCTION find_webhook_endpoints(wanted_provider text, wanted_id text, wanted_account text)
RETURNS TABLE (tenant_id text, id text, mode text, settings jsonb, secret bytea, sealed_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT e.tenant_id, e.id, e.mode, e.settings, e.secret, e.sealed_by
  FROM webhook_endpoints e JOIN tenants t ON t.tenant_id = e.tenant_id
  WHERE e.provider = wanted_provider AND e.status = 'active' AND t.status = 'active'
    AND (wanted_id IS NULL OR e.id = wanted_id)
    AND (wanted_account IS NULL OR EXISTS (
      SELECT 1 FROM provider_accounts a
      WHERE a.tenant_id = e.tenant_id AND a.provider = e.provider AND a.mode = e.mode AND a.account_ref = wanted_account))
  LIMIT 2
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_webhook_endpoints(text, text, text) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_webhook_endpoints(text, text, text) TO redcore_app;
