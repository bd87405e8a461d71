CREATE TABLE "carriers" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"payment_id" text,
	"refund_id" text,
	"customer_id" text NOT NULL,
	"next_kind" text NOT NULL,
	"next_at" timestamp (3) with time zone NOT NULL,
	"wake_at" timestamp (3) with time zone NOT NULL,
	"sleeping_until" timestamp (3) with time zone,
	"fruitless_tries" integer DEFAULT 0 NOT NULL,
	"parked_at" timestamp (3) with time zone,
	"parked" jsonb,
	"has_open_work" boolean DEFAULT true NOT NULL,
	"last_result" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"sequence" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "carriers_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "carriers_one_subject" CHECK (num_nonnulls(payment_id, refund_id) = 1)
);
--> statement-breakpoint
CREATE TABLE "method_setups" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"customer_id" text NOT NULL,
	"provider" text NOT NULL,
	"status" text NOT NULL,
	"provider_setup_id" text,
	"url" text,
	"return_url" text NOT NULL,
	"make_default" text DEFAULT 'if_first' NOT NULL,
	"payment_method_id" text,
	"message" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "method_setups_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "provider_accounts" (
	"tenant_id" text NOT NULL,
	"provider" text NOT NULL,
	"mode" text NOT NULL,
	"status" text NOT NULL,
	"status_reason" text,
	"account_ref" text,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"credentials" "bytea" NOT NULL,
	"sealed_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "provider_accounts_tenant_id_provider_mode_pk" PRIMARY KEY("tenant_id","provider","mode")
);
--> statement-breakpoint
CREATE TABLE "webhook_endpoints" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"provider" text NOT NULL,
	"mode" text NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"secret" "bytea" NOT NULL,
	"sealed_by" text NOT NULL,
	"caught_up_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_endpoints_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
CREATE TABLE "credit_note_lines" (
	"tenant_id" text NOT NULL,
	"credit_note_id" text NOT NULL,
	"position" integer NOT NULL,
	"invoice_line_position" integer NOT NULL,
	"description" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	CONSTRAINT "credit_note_lines_tenant_id_credit_note_id_position_pk" PRIMARY KEY("tenant_id","credit_note_id","position")
);
--> statement-breakpoint
CREATE TABLE "credit_notes" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"number" bigint NOT NULL,
	"invoice_id" text NOT NULL,
	"refund_id" text NOT NULL,
	"customer_id" text NOT NULL,
	"currency" text NOT NULL,
	"total_minor" bigint NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "credit_notes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "credit_notes_number" UNIQUE("tenant_id","number"),
	CONSTRAINT "credit_notes_one_per_refund" UNIQUE("tenant_id","refund_id")
);
--> statement-breakpoint
CREATE TABLE "disputes" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"payment_id" text NOT NULL,
	"attempt_id" text NOT NULL,
	"provider" text NOT NULL,
	"provider_dispute_id" text NOT NULL,
	"status" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"evidence_due_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "disputes_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "disputes_provider_dispute" UNIQUE("tenant_id","provider","provider_dispute_id"),
	CONSTRAINT "disputes_positive" CHECK (amount_minor > 0)
);
--> statement-breakpoint
CREATE TABLE "refund_requests" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"payment_id" text NOT NULL,
	"customer_id" text NOT NULL,
	"status" text NOT NULL,
	"amount_minor" bigint NOT NULL,
	"currency" text NOT NULL,
	"reason" text NOT NULL,
	"decided_by" text,
	"decision_note" text,
	"refund_id" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp (3) with time zone,
	CONSTRAINT "refund_requests_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "refund_requests_positive" CHECK (amount_minor > 0)
);
--> statement-breakpoint
CREATE TABLE "retry_tasks" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"payment_id" text NOT NULL,
	"admin_id" text NOT NULL,
	"attempt_number" integer NOT NULL,
	"status" text NOT NULL,
	"provider_message" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"settled_at" timestamp (3) with time zone,
	CONSTRAINT "retry_tasks_tenant_id_id_pk" PRIMARY KEY("tenant_id","id"),
	CONSTRAINT "retry_tasks_one_per_attempt" UNIQUE("tenant_id","payment_id","attempt_number")
);
--> statement-breakpoint
ALTER TABLE "payments" DROP CONSTRAINT "payments_refunds_within_captured";--> statement-breakpoint
DROP INDEX "outbox_sequence";--> statement-breakpoint
ALTER TABLE "payment_methods" ALTER COLUMN "last4" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "payment_methods" ALTER COLUMN "exp_month" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "payment_methods" ALTER COLUMN "exp_year" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "intents" ALTER COLUMN "subscription_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "invoice_counters" ADD COLUMN "last_credit_note_number" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "invoices" ADD COLUMN "memo" text;--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "event_type" text;--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "fact" jsonb;--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "status" text DEFAULT 'received' NOT NULL;--> statement-breakpoint
ALTER TABLE "inbox" ADD COLUMN "error" text;--> statement-breakpoint
ALTER TABLE "intents" ADD COLUMN "carrier_id" text;--> statement-breakpoint
ALTER TABLE "payments" ADD COLUMN "disputed_minor" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "requested_by" text DEFAULT 'workflow' NOT NULL;--> statement-breakpoint
ALTER TABLE "refunds" ADD COLUMN "note" text;--> statement-breakpoint
ALTER TABLE "carriers" ADD CONSTRAINT "carriers_tenant_id_customer_id_customers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "public"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carriers" ADD CONSTRAINT "carriers_tenant_id_payment_id_payments_tenant_id_id_fk" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "carriers" ADD CONSTRAINT "carriers_tenant_id_refund_id_refunds_tenant_id_id_fk" FOREIGN KEY ("tenant_id","refund_id") REFERENCES "public"."refunds"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "method_setups" ADD CONSTRAINT "method_setups_tenant_id_customer_id_customers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "public"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "method_setups" ADD CONSTRAINT "method_setups_tenant_id_payment_method_id_payment_methods_tenant_id_id_fk" FOREIGN KEY ("tenant_id","payment_method_id") REFERENCES "public"."payment_methods"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_accounts" ADD CONSTRAINT "provider_accounts_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "webhook_endpoints" ADD CONSTRAINT "webhook_endpoints_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_note_lines" ADD CONSTRAINT "credit_note_lines_tenant_id_credit_note_id_credit_notes_tenant_id_id_fk" FOREIGN KEY ("tenant_id","credit_note_id") REFERENCES "public"."credit_notes"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_tenant_id_invoice_id_invoices_tenant_id_id_fk" FOREIGN KEY ("tenant_id","invoice_id") REFERENCES "public"."invoices"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_tenant_id_refund_id_refunds_tenant_id_id_fk" FOREIGN KEY ("tenant_id","refund_id") REFERENCES "public"."refunds"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credit_notes" ADD CONSTRAINT "credit_notes_tenant_id_customer_id_customers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "public"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_tenant_id_payment_id_payments_tenant_id_id_fk" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "disputes" ADD CONSTRAINT "disputes_tenant_id_attempt_id_payment_attempts_tenant_id_id_fk" FOREIGN KEY ("tenant_id","attempt_id") REFERENCES "public"."payment_attempts"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_requests" ADD CONSTRAINT "refund_requests_tenant_id_payment_id_payments_tenant_id_id_fk" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_requests" ADD CONSTRAINT "refund_requests_tenant_id_customer_id_customers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","customer_id") REFERENCES "public"."customers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "refund_requests" ADD CONSTRAINT "refund_requests_tenant_id_refund_id_refunds_tenant_id_id_fk" FOREIGN KEY ("tenant_id","refund_id") REFERENCES "public"."refunds"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "retry_tasks" ADD CONSTRAINT "retry_tasks_tenant_id_payment_id_payments_tenant_id_id_fk" FOREIGN KEY ("tenant_id","payment_id") REFERENCES "public"."payments"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "carriers_overdue" ON "carriers" USING btree ("wake_at") WHERE wake_at < 'infinity' and parked_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "method_setups_provider" ON "method_setups" USING btree ("tenant_id","provider","provider_setup_id") WHERE provider_setup_id is not null;--> statement-breakpoint
CREATE INDEX "provider_accounts_ref" ON "provider_accounts" USING btree ("provider","account_ref");--> statement-breakpoint
CREATE INDEX "webhook_endpoints_id" ON "webhook_endpoints" USING btree ("id");--> statement-breakpoint
CREATE INDEX "credit_notes_invoice" ON "credit_notes" USING btree ("tenant_id","invoice_id");--> statement-breakpoint
CREATE INDEX "disputes_payment" ON "disputes" USING btree ("tenant_id","payment_id");--> statement-breakpoint
CREATE UNIQUE INDEX "refund_requests_one_open_per_payment" ON "refund_requests" USING btree ("tenant_id","payment_id") WHERE status = 'open';--> statement-breakpoint
CREATE INDEX "refund_requests_customer" ON "refund_requests" USING btree ("tenant_id","customer_id");--> statement-breakpoint
ALTER TABLE "intents" ADD CONSTRAINT "intents_tenant_id_carrier_id_carriers_tenant_id_id_fk" FOREIGN KEY ("tenant_id","carrier_id") REFERENCES "public"."carriers"("tenant_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "intents_carrier" ON "intents" USING btree ("tenant_id","carrier_id");--> statement-breakpoint
CREATE UNIQUE INDEX "outbox_sequence" ON "outbox" USING btree ("tenant_id","message_key","sequence") WHERE sequence is not null;--> statement-breakpoint
ALTER TABLE "subscriptions" DROP COLUMN "shown_status";--> statement-breakpoint
ALTER TABLE "subscriptions" DROP COLUMN "shown_plan_id";--> statement-breakpoint
ALTER TABLE "intents" ADD CONSTRAINT "intents_one_subject" CHECK (num_nonnulls(subscription_id, carrier_id) = 1);--> statement-breakpoint
ALTER TABLE "payments" ADD CONSTRAINT "payments_returns_within_captured" CHECK (refunded_minor >= 0 and disputed_minor >= 0 and refunded_minor + disputed_minor <= captured_minor);