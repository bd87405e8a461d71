-- Both predicates are on what only a failure changes, so that the way of a charge that succeeds, and of a notification that is
-- handled, stays free of them: no entry is written, and their updates stay in place (HOT).
CREATE INDEX "payments_failed" ON "payments" USING btree ("tenant_id","first_failed_at") WHERE first_failed_at is not null;--> statement-breakpoint
CREATE INDEX "inbox_failed" ON "inbox" USING btree ("tenant_id","id") WHERE error is not null;
