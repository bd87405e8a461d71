CREATE TABLE "saved_views" (
	"tenant_id" text NOT NULL,
	"id" text NOT NULL,
	"owner" text NOT NULL,
	"page" text NOT NULL,
	"name" text NOT NULL,
	"filters" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "saved_views_tenant_id_id_pk" PRIMARY KEY("tenant_id","id")
);
--> statement-breakpoint
ALTER TABLE "saved_views" ADD CONSTRAINT "saved_views_tenant_id_tenants_tenant_id_fk" FOREIGN KEY ("tenant_id") REFERENCES "public"."tenants"("tenant_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "saved_views_name" ON "saved_views" USING btree ("tenant_id","owner","page","name");--> statement-breakpoint
-- What a provider said of one attempt, for whoever reads the story of a billing run.
CREATE INDEX "inbox_attempt" ON "inbox" USING btree ("tenant_id","attempt_id") WHERE attempt_id is not null;--> statement-breakpoint
-- Row-level security as on every other table, and the planner told as in 0004.
ALTER TABLE saved_views ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE saved_views FORCE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY tenant_rows ON saved_views TO redcore_app
USING (tenant_id = NULLIF(current_setting('app.tenant_id', true), ''))
WITH CHECK (tenant_id = NULLIF(current_setting('app.tenant_id', true), ''));--> statement-breakpoint
CREATE POLICY owner_rows ON saved_views TO CURRENT_USER USING (true) WITH CHECK (true);--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON saved_views TO redcore_app;--> statement-breakpoint
ALTER TABLE saved_views ALTER COLUMN tenant_id SET (n_distinct = 1);--> statement-breakpoint
DO $$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    PERFORM pg_restore_attribute_stats('schemaname', 'public', 'relname', 'saved_views', 'attname', 'tenant_id', 'inherited', false,
      'null_frac', 0::real, 'avg_width', 30, 'n_distinct', 1::real);
  END IF;
END $$;
