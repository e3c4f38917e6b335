CREATE TABLE "endpoints" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"name" text NOT NULL,
	"base_url" text NOT NULL,
	"model" text NOT NULL,
	"sealed_key" text,
	"price_in" double precision,
	"price_out" double precision,
	"currency" text DEFAULT 'USD' NOT NULL,
	"concurrency" integer DEFAULT 4 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone,
	CONSTRAINT "endpoints_prices" CHECK ("endpoints"."price_in" >= 0 and "endpoints"."price_out" >= 0),
	CONSTRAINT "endpoints_concurrency" CHECK ("endpoints"."concurrency" between 1 and 64),
	CONSTRAINT "endpoints_currency" CHECK ("endpoints"."currency" ~ '^[A-Z]{3}$')
);
--> statement-breakpoint
CREATE TABLE "generation_sources" (
	"generation_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"checkpoint_id" uuid,
	"endpoint_id" uuid,
	"price_in" double precision,
	"price_out" double precision,
	"currency" text,
	"answered" integer DEFAULT 0 NOT NULL,
	"missed" integer DEFAULT 0 NOT NULL,
	"leaked" integer DEFAULT 0 NOT NULL,
	"prompt_tokens" bigint DEFAULT 0 NOT NULL,
	"completion_tokens" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "generation_sources_generation_id_ordinal_pk" PRIMARY KEY("generation_id","ordinal"),
	CONSTRAINT "generation_sources_one" CHECK (num_nonnulls("generation_sources"."checkpoint_id", "generation_sources"."endpoint_id") = 1)
);
--> statement-breakpoint
ALTER TABLE "generations" DROP CONSTRAINT "generations_status";--> statement-breakpoint
ALTER TABLE "generation_answers" DROP CONSTRAINT "generation_answers_checkpoint_id_checkpoints_id_fk";
--> statement-breakpoint
ALTER TABLE "generation_answers" DROP CONSTRAINT "generation_answers_generation_id_prompt_id_checkpoint_id_pk";--> statement-breakpoint
ALTER TABLE "generation_answers" ALTER COLUMN "response_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "generations" ALTER COLUMN "checkpoint_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "generations" ALTER COLUMN "parent_checkpoint_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD COLUMN "missed" text;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD COLUMN "leaks" text;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "created_by" uuid;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "policy" text DEFAULT 'champion_challenger' NOT NULL;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "pairs_per_prompt" integer;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "comparisons" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "begun_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "endpoints" ADD CONSTRAINT "endpoints_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_sources" ADD CONSTRAINT "generation_sources_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_sources" ADD CONSTRAINT "generation_sources_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_sources" ADD CONSTRAINT "generation_sources_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "endpoints_name" ON "endpoints" USING btree ("project_id","name") WHERE retired_at is null;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "generations_asked" ON "generations" USING btree ("project_id","id") WHERE checkpoint_id is null;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_one" CHECK (num_nonnulls("generation_answers"."response_id", "generation_answers"."missed") = 1);--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_status" CHECK ("generations"."status" in ('queued','running','succeeded','failed','cancelled'));--> statement-breakpoint
-- What was made after a training keeps its meaning: the parent is asked first, its checkpoint second, once each.
INSERT INTO generation_sources (generation_id, ordinal, checkpoint_id, answered)
	SELECT g.id, s.ordinal, s.checkpoint_id, (SELECT count(*) FROM generation_answers a WHERE a.generation_id = g.id AND a.checkpoint_id = s.checkpoint_id)
	FROM generations g CROSS JOIN LATERAL (VALUES (0, g.parent_checkpoint_id), (1, g.checkpoint_id)) s(ordinal, checkpoint_id);
--> statement-breakpoint
ALTER TABLE "generation_answers" ADD COLUMN "source" integer;
--> statement-breakpoint
ALTER TABLE "generation_answers" ADD COLUMN "sample" integer NOT NULL DEFAULT 0;
--> statement-breakpoint
ALTER TABLE "generation_answers" ALTER COLUMN "sample" DROP DEFAULT;
--> statement-breakpoint
UPDATE generation_answers a SET source = s.ordinal FROM generation_sources s WHERE s.generation_id = a.generation_id AND s.checkpoint_id = a.checkpoint_id;
--> statement-breakpoint
ALTER TABLE "generation_answers" ALTER COLUMN "source" SET NOT NULL;
--> statement-breakpoint
UPDATE generations SET sampling = (sampling - 'temperature') || jsonb_build_object('temperatures', jsonb_build_array(sampling->'temperature'), 'samples', 1),
	comparisons = coalesce((SELECT count(*) FROM comparisons c WHERE c.round_id = into_round_id AND c.status <> 'identical'), 0), begun_at = CASE WHEN attempt > 0 THEN created_at END;
--> statement-breakpoint
CREATE FUNCTION endpoint_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (OLD.base_url, OLD.model, OLD.project_id) IS DISTINCT FROM (NEW.base_url, NEW.model, NEW.project_id) THEN
		RAISE EXCEPTION 'address and model of an endpoint stay: answers name it as their source' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER endpoint_stays BEFORE UPDATE ON endpoints FOR EACH ROW EXECUTE FUNCTION endpoint_stays();
--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_generation_id_prompt_id_source_sample_pk" PRIMARY KEY("generation_id","prompt_id","source","sample");--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_source" FOREIGN KEY ("generation_id","source") REFERENCES "public"."generation_sources"("generation_id","ordinal") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_answers" DROP COLUMN "checkpoint_id";--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_occasion" CHECK (("generations"."checkpoint_id" is null) = ("generations"."parent_checkpoint_id" is null) and ("generations"."checkpoint_id" is null) = ("generations"."created_by" is not null));
