CREATE TABLE "base_models" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"hub" text NOT NULL,
	"repo" text NOT NULL,
	"revision" text NOT NULL,
	"commit" text,
	"facts" jsonb,
	"bytes" bigint,
	"status" text DEFAULT 'asked' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"heartbeat_at" timestamp with time zone,
	"done_bytes" bigint DEFAULT 0 NOT NULL,
	"hostname" text,
	"problem" jsonb,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "base_models_hub" CHECK ("base_models"."hub" in ('hf','modelscope')),
	CONSTRAINT "base_models_status" CHECK ("base_models"."status" in ('asked','looking','found','wanted','fetching','ready','failed')),
	CONSTRAINT "base_models_commit" CHECK ("base_models"."commit" ~ '^[0-9a-f]{40}$'),
	CONSTRAINT "base_models_found" CHECK ("base_models"."status" in ('asked','looking','failed') or num_nonnulls("base_models"."commit", "base_models"."facts", "base_models"."bytes") = 3)
);
--> statement-breakpoint
CREATE TABLE "hub_tokens" (
	"hub" text PRIMARY KEY NOT NULL,
	"sealed_token" text NOT NULL,
	"set_by" uuid NOT NULL,
	"set_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "hub_tokens_hub" CHECK ("hub_tokens"."hub" in ('hf','modelscope'))
);
--> statement-breakpoint
ALTER TABLE "base_models" ADD CONSTRAINT "base_models_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "hub_tokens" ADD CONSTRAINT "hub_tokens_set_by_users_id_fk" FOREIGN KEY ("set_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "base_models_once" ON "base_models" USING btree ("hub","repo","revision") WHERE retired_at is null;