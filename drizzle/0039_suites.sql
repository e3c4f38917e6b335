CREATE TABLE "judge_answers" (
	"project_id" uuid NOT NULL,
	"key" text NOT NULL,
	"prompt_id" uuid NOT NULL,
	"endpoint_id" uuid NOT NULL,
	"verdict" text,
	"reason" text,
	"missed" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "judge_answers_project_id_key_pk" PRIMARY KEY("project_id","key"),
	CONSTRAINT "judge_answers_one" CHECK (num_nonnulls("judge_answers"."verdict", "judge_answers"."missed") = 1),
	CONSTRAINT "judge_answers_verdict" CHECK ("judge_answers"."verdict" in ('a','b','tie','yes','no'))
);
--> statement-breakpoint
CREATE TABLE "suite_runs" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"suite_version_id" uuid NOT NULL,
	"generation_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"parent_checkpoint_id" uuid,
	"champion_checkpoint_id" uuid NOT NULL,
	"base_checkpoint_id" uuid NOT NULL,
	"seed" text NOT NULL,
	"results" jsonb,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "suite_runs_generation" UNIQUE("generation_id"),
	CONSTRAINT "suite_runs_finished" CHECK (("suite_runs"."results" is null) = ("suite_runs"."finished_at" is null))
);
--> statement-breakpoint
CREATE TABLE "suite_versions" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "suite_versions_version" UNIQUE("project_id","version")
);
--> statement-breakpoint
ALTER TABLE "generations" DROP CONSTRAINT "generations_occasion";--> statement-breakpoint
DROP INDEX "generations_asked";--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "suite_version_id" uuid;--> statement-breakpoint
ALTER TABLE "judge_answers" ADD CONSTRAINT "judge_answers_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judge_answers" ADD CONSTRAINT "judge_answers_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judge_answers" ADD CONSTRAINT "judge_answers_endpoint_id_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."endpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_suite_version_id_suite_versions_id_fk" FOREIGN KEY ("suite_version_id") REFERENCES "public"."suite_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_parent_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("parent_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_champion_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("champion_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_base_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("base_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_versions" ADD CONSTRAINT "suite_versions_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_versions" ADD CONSTRAINT "suite_versions_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "judge_answers_prompt" ON "judge_answers" USING btree ("prompt_id");--> statement-breakpoint
CREATE INDEX "suite_runs_checkpoint" ON "suite_runs" USING btree ("checkpoint_id");--> statement-breakpoint
CREATE INDEX "suite_runs_project" ON "suite_runs" USING btree ("project_id","id");--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_suite_version_id_suite_versions_id_fk" FOREIGN KEY ("suite_version_id") REFERENCES "public"."suite_versions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "generations_asked" ON "generations" USING btree ("project_id","id") WHERE checkpoint_id is null and suite_version_id is null;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_occasion" CHECK (("generations"."checkpoint_id" is null) = ("generations"."parent_checkpoint_id" is null) and num_nonnulls("generations"."checkpoint_id", coalesce("generations"."suite_version_id", "generations"."created_by")) = 1);--> statement-breakpoint
-- Results are never mixed across versions: a version stays as it is.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON suite_versions FOR EACH ROW EXECUTE FUNCTION refuse_change();
