-- Row-level security on the tables of 0006, as on every other, and the planner told as in 0004.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['audit_heads', 'custom_roles', 'invitations', 'memberships', 'oauth_clients'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY tenant_rows ON %I TO redcore_app USING (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), '''')) WITH CHECK (tenant_id = NULLIF(current_setting(''app.tenant_id'', true), ''''))',
      name);
    EXECUTE format('CREATE POLICY owner_rows ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO redcore_app', name);
    EXECUTE format('ALTER TABLE %I ALTER COLUMN tenant_id SET (n_distinct = 1)', name);
    IF current_setting('server_version_num')::int >= 180000 THEN
      EXECUTE format(
        'SELECT pg_restore_attribute_stats(''schemaname'', ''public'', ''relname'', %L, ''attname'', ''tenant_id'', ''inherited'', false, ''null_frac'', 0::real, ''avg_width'', 30, ''n_distinct'', 1::real)',
        name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE INSERT, UPDATE, DELETE ON audit_heads FROM redcore_app;--> statement-breakpoint
REVOKE DELETE ON invitations, oauth_clients, api_keys FROM redcore_app;--> statement-breakpoint
-- A tenant's own settings are its own to change; what it is, and what it is allowed, is the operator's.
GRANT UPDATE (name, settings, updated_at) ON tenants TO redcore_app;--> statement-breakpoint
-- The system role administers tenants, and seals the audit.
CREATE POLICY system_rows ON tenants TO redcore_system USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY system_rows ON invoice_counters FOR INSERT TO redcore_system WITH CHECK (true);--> statement-breakpoint
CREATE POLICY system_rows ON audit_log TO redcore_system USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY system_rows ON audit_heads TO redcore_system USING (true) WITH CHECK (true);--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON tenants TO redcore_system;--> statement-breakpoint
GRANT INSERT ON invoice_counters TO redcore_system;--> statement-breakpoint
GRANT SELECT, INSERT ON audit_log TO redcore_system;--> statement-breakpoint
GRANT UPDATE (position, hash) ON audit_log TO redcore_system;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON audit_heads TO redcore_system;--> statement-breakpoint
-- The identity service: people, their places in tenants, clients that sign in, and the audit of it.
GRANT USAGE ON SCHEMA identity TO redcore_identity;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA identity TO redcore_identity;--> statement-breakpoint
CREATE POLICY identity_rows ON tenants FOR SELECT TO redcore_identity USING (true);--> statement-breakpoint
CREATE POLICY identity_rows ON memberships TO redcore_identity USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY identity_rows ON custom_roles FOR SELECT TO redcore_identity USING (true);--> statement-breakpoint
CREATE POLICY identity_rows ON invitations TO redcore_identity USING (true);--> statement-breakpoint
CREATE POLICY identity_rows ON oauth_clients TO redcore_identity USING (true);--> statement-breakpoint
CREATE POLICY identity_rows ON audit_log FOR INSERT TO redcore_identity WITH CHECK (true);--> statement-breakpoint
CREATE POLICY identity_outbox ON outbox FOR INSERT TO redcore_identity WITH CHECK (topic = 'notifications.requested');--> statement-breakpoint
GRANT SELECT (tenant_id, name, mode, status, pair_id) ON tenants TO redcore_identity;--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON memberships TO redcore_identity;--> statement-breakpoint
GRANT SELECT ON custom_roles TO redcore_identity;--> statement-breakpoint
GRANT SELECT, UPDATE (status, accepted_at) ON invitations TO redcore_identity;--> statement-breakpoint
GRANT SELECT, UPDATE (last_used_at) ON oauth_clients TO redcore_identity;--> statement-breakpoint
GRANT INSERT ON audit_log, outbox TO redcore_identity;--> statement-breakpoint
DROP FUNCTION find_api_key(text);--> statement-breakpoint
-- A key is looked up before its tenant is known: by exact id, as before, and only while it opens anything.
CREATE FUNCTION find_api_key(key_id text)
RETURNS TABLE (tenant_id text, secret_hash text, role text, scopes text[], tenant_mode text, expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT k.tenant_id, k.secret_hash, k.role, k.scopes, t.mode, k.expires_at
  FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
  WHERE k.id = key_id AND k.revoked_at IS NULL AND t.status = 'active'
    AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_api_key(text) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_api_key(text) TO redcore_app;--> statement-breakpoint
-- A user's places, by exact id: the session is there before its tenant is chosen.
CREATE FUNCTION find_memberships(user_id text)
RETURNS TABLE (tenant_id text, tenant_name text, tenant_mode text, tenant_status text, role text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT m.tenant_id, t.name, t.mode, t.status, m.role
  FROM memberships m JOIN tenants t ON t.tenant_id = m.tenant_id
  WHERE m.id = user_id AND t.status <> 'deleted'
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_memberships(text) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_memberships(text) TO redcore_app, redcore_identity;
