-- From where it was done, where somebody may be told (decision 0033).
ALTER TABLE "audit_log" ADD COLUMN "ip_address" text;--> statement-breakpoint
-- What an account is worth now, by exact id: the API is told of nobody's password but when it was set.
CREATE FUNCTION find_account(user_id text) RETURNS TABLE (is_operator boolean, password_changed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT u.is_operator, u.password_changed_at FROM identity.users u WHERE u.id = user_id AND u.status = 'active'
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION find_account(text) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION find_account(text) TO redcore_app;--> statement-breakpoint
-- Credit notes are books and never changed, but for the words people wrote, once their tenant's grace is over.
CREATE FUNCTION erase_credit_note_texts(rows_max integer) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  WITH due AS (
    SELECT tenant_id FROM tenants WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '')
      AND status = 'deleting' AND delete_after <= clock_timestamp()),
  notes AS (
    UPDATE credit_notes SET reason = 'erased' WHERE ctid = ANY (ARRAY(
      SELECT n.ctid FROM credit_notes n JOIN due ON due.tenant_id = n.tenant_id WHERE n.reason <> 'erased' LIMIT rows_max))
    RETURNING 1),
  lines AS (
    UPDATE credit_note_lines SET description = 'erased' WHERE ctid = ANY (ARRAY(
      SELECT l.ctid FROM credit_note_lines l JOIN due ON due.tenant_id = l.tenant_id
      JOIN credit_notes n ON n.tenant_id = l.tenant_id AND n.id = l.credit_note_id
      JOIN invoice_lines i ON i.tenant_id = n.tenant_id AND i.invoice_id = n.invoice_id
       AND i.position = l.invoice_line_position AND i.kind = 'manual'
      WHERE l.description <> 'erased' LIMIT rows_max))
    RETURNING 1)
  SELECT greatest((SELECT count(*) FROM notes), (SELECT count(*) FROM lines))::integer
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION erase_credit_note_texts(integer) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION erase_credit_note_texts(integer) TO redcore_app;--> statement-breakpoint
-- The accounts of people who had a place in this tenant and have none in another, with what the OAuth2 server granted them.
CREATE FUNCTION erase_people(rows_max integer) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  WITH due AS (
    SELECT tenant_id FROM tenants WHERE tenant_id = NULLIF(current_setting('app.tenant_id', true), '')
      AND status = 'deleting' AND delete_after <= clock_timestamp()),
  people AS (
    SELECT m.id FROM memberships m JOIN due ON due.tenant_id = m.tenant_id
    UNION SELECT a.actor FROM audit_log a JOIN due ON due.tenant_id = a.tenant_id WHERE a.action = 'invitation.accepted'
    UNION SELECT a.resource_id FROM audit_log a JOIN due ON due.tenant_id = a.tenant_id WHERE a.action = 'user.added'),
  placeless AS (
    SELECT u.id FROM identity.users u JOIN people ON people.id = u.id
    WHERE NOT u.is_operator AND NOT EXISTS (
      SELECT 1 FROM memberships m WHERE m.id = u.id AND m.tenant_id <> (SELECT tenant_id FROM due))
    LIMIT rows_max),
  granted AS (
    DELETE FROM identity.oidc_records r USING placeless p WHERE split_part(r.payload->>'accountId', '.', 1) = p.id),
  accounts AS (DELETE FROM identity.users u USING placeless p WHERE u.id = p.id RETURNING 1)
  SELECT count(*)::integer FROM accounts
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION erase_people(integer) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION erase_people(integer) TO redcore_app;--> statement-breakpoint
-- What an audit row tells gives way to the digest its hash was made of: who did what, and the chain, stay.
CREATE FUNCTION erase_audit_details(ids text[], digests text[]) RETURNS integer
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public AS $$
  WITH erased AS (
    UPDATE audit_log a SET details = jsonb_build_object('erased', e.digest), ip_address = NULL
    FROM unnest(ids, digests) AS e (id, digest), tenants t
    WHERE a.tenant_id = NULLIF(current_setting('app.tenant_id', true), '') AND a.id = e.id
      AND t.tenant_id = a.tenant_id AND t.status = 'deleting' AND t.delete_after <= clock_timestamp()
    RETURNING 1)
  SELECT count(*)::integer FROM erased
$$;--> statement-breakpoint
REVOKE ALL ON FUNCTION erase_audit_details(text[], text[]) FROM PUBLIC;--> statement-breakpoint
GRANT EXECUTE ON FUNCTION erase_audit_details(text[], text[]) TO redcore_app;
