ALTER TABLE "tenants" ADD COLUMN "deletion_requested_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "tenants" ADD COLUMN "export_waived" boolean DEFAULT false NOT NULL;--> statement-breakpoint
-- What becomes of a tenant is decided by operators, but for its own wish to go, and that it has read its export.
GRANT UPDATE (exported_at) ON tenants TO redcore_app;--> statement-breakpoint
CREATE FUNCTION request_tenant_deletion(reason text, after timestamptz, waived boolean) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  WITH asked AS (
    UPDATE tenants SET status = 'deleting', status_reason = reason, deletion_requested_at = clock_timestamp(),
                       delete_after = after, export_waived = waived, exported_at = NULL, updated_at = clock_timestamp()
    WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '') AND status = 'active'
    RETURNING 1)
  SELECT EXISTS (SELECT 1 FROM asked)
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION request_tenant_deletion(text, timestamptz, boolean) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION request_tenant_deletion(text, timestamptz, boolean) TO redcore_app;--> statement-breakpoint
-- The timeline is never changed, but for what people wrote into it, once their tenant's grace is over; at most so many rows at once.
CREATE FUNCTION erase_timeline_details(rows_max integer) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  WITH erased AS (
    UPDATE timeline SET details = '{}' WHERE ctid = ANY (ARRAY(
      SELECT l.ctid FROM timeline l JOIN tenants t ON t.tenant_id = l.tenant_id
      WHERE l.tenant_id = NULLIF(current_setting('app.tenant_id', true), '') AND l.details <> '{}'
        AND t.status = 'deleting' AND t.delete_after <= clock_timestamp()
      LIMIT rows_max))
    RETURNING 1)
  SELECT count(*)::integer FROM erased
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION erase_timeline_details(integer) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION erase_timeline_details(integer) TO redcore_app;--> statement-breakpoint
-- Operators' calls are answered once each, in the transaction of the system role that carries them out.
CREATE POLICY platform_rows ON idempotency_keys TO redcore_system
USING (tenant_id = 'platform') WITH CHECK (tenant_id = 'platform');--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO redcore_system;--> statement-breakpoint
DROP FUNCTION find_api_key(text);--> statement-breakpoint
-- The keys of a tenant that is being deleted still open what is left to it: its export.
CREATE FUNCTION find_api_key(key_id text)
RETURNS TABLE (tenant_id text, secret_hash text, role text, scopes text[], tenant_mode text, expires_at timestamptz,
               tenant_status text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT k.tenant_id, k.secret_hash, k.role, k.scopes, t.mode, k.expires_at, t.status
  FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
  WHERE k.id = key_id AND k.revoked_at IS NULL AND t.status IN ('active', 'deleting')
    AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_api_key(text) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_api_key(text) TO redcore_app;--> statement-breakpoint
-- What a provider says of money is true whether its tenant may use the platform or not: taken until nothing of the tenant is left.
CREATE OR REPLACE FUNCTION find_webhook_endpoints(wanted_provider text, wanted_id text, wanted_account text)
RETURNS TABLE (tenant_id text, id text, mode text, settings jsonb, secret bytea, sealed_by text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT e.tenant_id, e.id, e.mode, e.settings, e.secret, e.sealed_by
  FROM webhook_endpoints e JOIN tenants t ON t.tenant_id = e.tenant_id
  WHERE e.provider = wanted_provider AND e.status = 'active' AND t.status <> 'deleted'
    AND (wanted_id IS NULL OR e.id = wanted_id)
    AND (wanted_account IS NULL OR EXISTS (
      SELECT 1 FROM provider_accounts a
      WHERE a.tenant_id = e.tenant_id AND a.provider = e.provider AND a.mode = e.mode AND a.account_ref = wanted_account))
  LIMIT 2
$$;
