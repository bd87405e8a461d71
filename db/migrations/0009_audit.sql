-- Whose a key is that was presented and opens nothing, by exact id: so that its tenant learns of it.
CREATE FUNCTION find_refused_keys(key_ids text[])
RETURNS TABLE (id text, tenant_id text, reason text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT k.id, k.tenant_id,
         CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked'
              WHEN k.expires_at <= clock_timestamp() THEN 'expired'
              WHEN t.status <> 'active' THEN 'tenant_' || t.status
              ELSE 'wrong_secret' END
  FROM api_keys k JOIN tenants t ON t.tenant_id = k.tenant_id
  WHERE k.id = ANY (key_ids)
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_refused_keys(text[]) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_refused_keys(text[]) TO redcore_app;
