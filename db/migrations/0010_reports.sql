-- What a report counts and sums is found by its date. The first two predicates are on what only a failure changes, so that the way
-- of a charge that succeeds, and of a notification that is handled, stays free of them: no entry is written, and their updates
-- stay in place (HOT). The third takes one entry of a charge's ledger transaction, at the end of the index.
CREATE INDEX "payments_failed" ON "payments" USING btree ("tenant_id","first_failed_at") WHERE first_failed_at is not null;--> statement-breakpoint
CREATE INDEX "inbox_failed" ON "inbox" USING btree ("tenant_id","id") WHERE error is not null;--> statement-breakpoint
CREATE INDEX "ledger_entries_collected" ON "ledger_entries" USING btree ("tenant_id","at","currency","amount_minor") WHERE kind = 'charge' and account = 'receivable';
