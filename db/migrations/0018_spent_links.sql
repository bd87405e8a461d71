-- A link in a notice opens what it is for: a new password for an account, a place in a tenant. Whoever sends it on has it once the
-- event is published; from then on the row keeps what happened, and nothing that opens.
CREATE FUNCTION forget_spent_link() RETURNS trigger
LANGUAGE plpgsql SET search_path = public AS $$
BEGIN
  NEW.envelope := NEW.envelope #- '{data,details,url}';
  RETURN NEW;
END
$$;--> statement-breakpoint
-- In the very update that marks the row, whoever marks it; a row of another topic is told apart without a call.
CREATE TRIGGER forget_spent_link BEFORE UPDATE OF published_at ON outbox FOR EACH ROW
WHEN (NEW.topic = 'notifications.requested' AND NEW.published_at IS NOT NULL)
EXECUTE FUNCTION forget_spent_link();--> statement-breakpoint
UPDATE outbox SET published_at = published_at WHERE topic = 'notifications.requested' AND published_at IS NOT NULL;
