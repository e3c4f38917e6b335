CREATE TABLE "deployments" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"concurrency" integer DEFAULT 64 NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"draining_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	"health" text DEFAULT 'unknown' NOT NULL,
	"health_problem" text,
	"checked_at" timestamp with time zone,
	CONSTRAINT "deployments_concurrency" CHECK ("deployments"."concurrency" between 1 and 1000),
	CONSTRAINT "deployments_health" CHECK ("deployments"."health" in ('unknown','up','down'))
);
--> statement-breakpoint
CREATE TABLE "gateway_keys" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"requests_per_minute" integer NOT NULL,
	"tokens_per_day" bigint,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "gateway_keys_hash" UNIQUE("key_hash"),
	CONSTRAINT "gateway_keys_limits" CHECK ("gateway_keys"."requests_per_minute" between 1 and 100000 and "gateway_keys"."tokens_per_day" > 0)
);
--> statement-breakpoint
CREATE TABLE "gateway_payloads" (
	"request_id" uuid PRIMARY KEY NOT NULL,
	"messages" jsonb,
	"answer" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gateway_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"key_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"asked" text NOT NULL,
	"checkpoint_id" uuid,
	"deployment_id" uuid,
	"way" text NOT NULL,
	"shadow_of" uuid,
	"status" integer NOT NULL,
	"problem" text,
	"streamed" boolean NOT NULL,
	"tries" integer NOT NULL,
	"prompt_tokens" integer,
	"completion_tokens" integer,
	"first_ms" integer,
	"total_ms" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"import_id" uuid,
	CONSTRAINT "gateway_requests_kind" CHECK ("gateway_requests"."kind" in ('chat','completion')),
	CONSTRAINT "gateway_requests_asked" CHECK ("gateway_requests"."asked" in ('champion','candidate','checkpoint')),
	CONSTRAINT "gateway_requests_way" CHECK ("gateway_requests"."way" in ('asked','canary','fallback','shadow')),
	CONSTRAINT "gateway_requests_shadowed" CHECK (("gateway_requests"."way" = 'shadow') = ("gateway_requests"."shadow_of" is not null))
);
--> statement-breakpoint
CREATE TABLE "gateway_settings" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"candidate_id" uuid,
	"canary_percent" double precision DEFAULT 0 NOT NULL,
	"shadow_percent" double precision DEFAULT 0 NOT NULL,
	"keep_payloads" boolean DEFAULT false NOT NULL,
	"payload_days" integer DEFAULT 30 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gateway_settings_percents" CHECK ("gateway_settings"."canary_percent" between 0 and 100 and "gateway_settings"."shadow_percent" between 0 and 100),
	CONSTRAINT "gateway_settings_candidate" CHECK ("gateway_settings"."candidate_id" is not null or ("gateway_settings"."canary_percent" = 0 and "gateway_settings"."shadow_percent" = 0)),
	CONSTRAINT "gateway_settings_shadow" CHECK ("gateway_settings"."keep_payloads" or "gateway_settings"."shadow_percent" = 0),
	CONSTRAINT "gateway_settings_days" CHECK ("gateway_settings"."payload_days" between 1 and 365)
);
--> statement-breakpoint
CREATE TABLE "gateway_usage" (
	"key_id" uuid NOT NULL,
	"day" date NOT NULL,
	"requests" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"prompt_tokens" bigint DEFAULT 0 NOT NULL,
	"completion_tokens" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "gateway_usage_key_id_day_pk" PRIMARY KEY("key_id","day")
);
--> statement-breakpoint
CREATE TABLE "gateways" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"hostname" text NOT NULL,
	"port" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"load" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_keys" ADD CONSTRAINT "gateway_keys_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_keys" ADD CONSTRAINT "gateway_keys_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_payloads" ADD CONSTRAINT "gateway_payloads_request_id_gateway_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."gateway_requests"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_key_id_gateway_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."gateway_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_shadow_of_gateway_requests_id_fk" FOREIGN KEY ("shadow_of") REFERENCES "public"."gateway_requests"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_settings" ADD CONSTRAINT "gateway_settings_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_settings" ADD CONSTRAINT "gateway_settings_candidate_id_checkpoints_id_fk" FOREIGN KEY ("candidate_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_usage" ADD CONSTRAINT "gateway_usage_key_id_gateway_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."gateway_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_project" ON "deployments" USING btree ("project_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "deployments_living" ON "deployments" USING btree ("checkpoint_id","endpoint_id") WHERE ended_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_keys_name" ON "gateway_keys" USING btree ("project_id","name") WHERE revoked_at is null;--> statement-breakpoint
CREATE INDEX "gateway_payloads_expiry" ON "gateway_payloads" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "gateway_requests_project" ON "gateway_requests" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "gateway_requests_key" ON "gateway_requests" USING btree ("key_id");--> statement-breakpoint
CREATE INDEX "gateway_requests_import" ON "gateway_requests" USING btree ("import_id") WHERE import_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "gateway_requests_shadow" ON "gateway_requests" USING btree ("shadow_of") WHERE shadow_of is not null;--> statement-breakpoint
-- A deployment serves one checkpoint of its project at one endpoint of its project, and only whether it takes work may change.
CREATE FUNCTION deployment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		IF NOT EXISTS (SELECT 1 FROM checkpoints WHERE id = NEW.checkpoint_id AND project_id = NEW.project_id)
			OR NOT EXISTS (SELECT 1 FROM endpoints WHERE id = NEW.endpoint_id AND project_id = NEW.project_id) THEN
			RAISE EXCEPTION 'checkpoint and endpoint of a deployment are of its project' USING ERRCODE = 'integrity_constraint_violation';
		END IF;
	ELSIF (OLD.project_id, OLD.checkpoint_id, OLD.endpoint_id) IS DISTINCT FROM (NEW.project_id, NEW.checkpoint_id, NEW.endpoint_id) OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
		RAISE EXCEPTION 'checkpoint and endpoint of a deployment stay, and its end is for good' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER deployment_stays BEFORE INSERT OR UPDATE ON deployments FOR EACH ROW EXECUTE FUNCTION deployment_stays();
