ALTER TABLE "inbox" ADD COLUMN "tries" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "inbox_id" ON "inbox" USING btree ("tenant_id","id");--> statement-breakpoint
CREATE INDEX "payment_attempts_provider_charge" ON "payment_attempts" USING btree ("tenant_id","provider_charge_id") WHERE provider_charge_id is not null;