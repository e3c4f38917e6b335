CREATE TABLE "benchmark_scores" (
	"project_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"key" text NOT NULL,
	"scores" jsonb,
	"problem" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "benchmark_scores_checkpoint_id_key_pk" PRIMARY KEY("checkpoint_id","key"),
	CONSTRAINT "benchmark_scores_one" CHECK (num_nonnulls("benchmark_scores"."scores", "benchmark_scores"."problem") = 1)
);
--> statement-breakpoint
ALTER TABLE "benchmark_scores" ADD CONSTRAINT "benchmark_scores_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "benchmark_scores" ADD CONSTRAINT "benchmark_scores_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "benchmark_scores_project" ON "benchmark_scores" USING btree ("project_id");