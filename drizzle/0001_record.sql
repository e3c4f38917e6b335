CREATE TABLE "api_tokens" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"user_id" uuid NOT NULL,
	"token_hash" text NOT NULL,
	"name" text,
	"scopes" text[],
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "api_tokens_tokenHash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "password_links" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"created_by" uuid,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer NOT NULL,
	"expire" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_profiles" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"name" text NOT NULL,
	"locale" text
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"is_admin" boolean DEFAULT false NOT NULL,
	"password_hash" text,
	"deactivated_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_entries_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"txid" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"actor_id" uuid,
	"actor_kind" text NOT NULL,
	"action" text NOT NULL,
	"project_id" uuid,
	"subject_kind" text NOT NULL,
	"subject_id" text NOT NULL,
	"details" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_seals" (
	"id" bigint PRIMARY KEY NOT NULL,
	"until_txid" "xid8" NOT NULL,
	"until_id" bigint NOT NULL,
	"entries" integer NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "checkpoints" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"parent_id" uuid,
	"run_id" uuid,
	"attempt" integer,
	"step" integer,
	"location" text,
	"sha256" text,
	"files" jsonb,
	"bytes" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "checkpoints_run" UNIQUE("run_id"),
	CONSTRAINT "checkpoints_kind" CHECK ("checkpoints"."kind" in ('base','adapter','full')),
	CONSTRAINT "checkpoints_origin" CHECK (("checkpoints"."kind" = 'base') = ("checkpoints"."run_id" is null)),
	CONSTRAINT "checkpoints_location" CHECK (("checkpoints"."kind" = 'base') = ("checkpoints"."location" is not null))
);
--> statement-breakpoint
CREATE TABLE "decision_texts" (
	"decision_id" uuid PRIMARY KEY NOT NULL,
	"salt" text NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decisions" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"decision" text NOT NULL,
	"reason_hash" text NOT NULL,
	"figures" jsonb NOT NULL,
	"by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "decisions_decision" CHECK ("decisions"."decision" in ('promote','reject','more_data'))
);
--> statement-breakpoint
CREATE TABLE "comparisons" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"response_a_id" uuid NOT NULL,
	"response_b_id" uuid,
	"content_hash" text NOT NULL,
	"overlap" integer NOT NULL,
	"status" text DEFAULT 'open' NOT NULL,
	"filled" integer DEFAULT 0 NOT NULL,
	"order_key" bigint NOT NULL,
	"policy" text NOT NULL,
	"propensity" double precision NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "comparisons_pair" UNIQUE NULLS NOT DISTINCT("round_id","prompt_id","response_a_id","response_b_id"),
	CONSTRAINT "comparisons_overlap" UNIQUE("id","overlap"),
	CONSTRAINT "comparisons_mode" UNIQUE("id","mode"),
	CONSTRAINT "comparisons_mode_sides" CHECK (("comparisons"."mode" = 'pair' and "comparisons"."response_b_id" is not null) or ("comparisons"."mode" = 'single' and "comparisons"."response_b_id" is null)),
	CONSTRAINT "comparisons_filled" CHECK ("comparisons"."filled" between 0 and "comparisons"."overlap"),
	CONSTRAINT "comparisons_propensity" CHECK ("comparisons"."propensity" > 0 and "comparisons"."propensity" <= 1),
	CONSTRAINT "comparisons_status" CHECK ("comparisons"."status" in ('open','complete','exhausted','closed','identical'))
);
--> statement-breakpoint
CREATE TABLE "skips" (
	"comparison_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"task_id" uuid,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "skips_comparison_id_user_id_pk" PRIMARY KEY("comparison_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"slot_id" uuid,
	"annotator_id" uuid NOT NULL,
	"state" text DEFAULT 'live' NOT NULL,
	"lease_token_hash" text NOT NULL,
	"fencing" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"side_order" text NOT NULL,
	"guideline_id" uuid,
	"form_id" uuid,
	"claim_key" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "tasks_annotator" UNIQUE("id","annotator_id"),
	CONSTRAINT "tasks_claim_key" UNIQUE("annotator_id","claim_key"),
	CONSTRAINT "tasks_purpose" CHECK ("tasks"."purpose" in ('counting','gold','repeat','adjudication')),
	CONSTRAINT "tasks_slot" CHECK (("tasks"."purpose" = 'counting') = ("tasks"."slot_id" is not null)),
	CONSTRAINT "tasks_state" CHECK ("tasks"."state" in ('live','lost','done','skipped','closed')),
	CONSTRAINT "tasks_sides" CHECK ("tasks"."side_order" in ('ab','ba'))
);
--> statement-breakpoint
CREATE TABLE "evaluation_items" (
	"evaluation_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"base_chosen" double precision NOT NULL,
	"base_rejected" double precision NOT NULL,
	"parent_chosen" double precision NOT NULL,
	"parent_rejected" double precision NOT NULL,
	"checkpoint_chosen" double precision NOT NULL,
	"checkpoint_rejected" double precision NOT NULL,
	"tokens_chosen" integer NOT NULL,
	"tokens_rejected" integer NOT NULL,
	CONSTRAINT "evaluation_items_evaluation_id_comparison_id_pk" PRIMARY KEY("evaluation_id","comparison_id")
);
--> statement-breakpoint
CREATE TABLE "evaluations" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"parent_checkpoint_id" uuid NOT NULL,
	"snapshot_id" uuid NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"worker_id" uuid,
	"heartbeat_at" timestamp with time zone,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer,
	"seed" text NOT NULL,
	"results" jsonb,
	"problem" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "evaluations_status" CHECK ("evaluations"."status" in ('queued','running','succeeded','failed'))
);
--> statement-breakpoint
CREATE TABLE "generation_answers" (
	"generation_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"response_id" uuid NOT NULL,
	CONSTRAINT "generation_answers_generation_id_prompt_id_checkpoint_id_pk" PRIMARY KEY("generation_id","prompt_id","checkpoint_id")
);
--> statement-breakpoint
CREATE TABLE "generations" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"into_round_id" uuid,
	"checkpoint_id" uuid NOT NULL,
	"parent_checkpoint_id" uuid NOT NULL,
	"sampling" jsonb NOT NULL,
	"seed" bigint NOT NULL,
	"prompt_ids" uuid[] NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"worker_id" uuid,
	"heartbeat_at" timestamp with time zone,
	"done" integer DEFAULT 0 NOT NULL,
	"total" integer NOT NULL,
	"problem" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "generations_status" CHECK ("generations"."status" in ('queued','running','succeeded','failed'))
);
--> statement-breakpoint
CREATE TABLE "import_errors" (
	"import_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"field" text,
	"message" text NOT NULL,
	CONSTRAINT "import_errors_import_id_line_pk" PRIMARY KEY("import_id","line")
);
--> statement-breakpoint
CREATE TABLE "import_rows" (
	"import_id" uuid NOT NULL,
	"line" integer NOT NULL,
	"prompt_hash" text NOT NULL,
	"group_key" text NOT NULL,
	"split" text NOT NULL,
	"system_prompt_id" uuid,
	"messages" jsonb NOT NULL,
	"tags" text[],
	"matter" text,
	"responses" jsonb NOT NULL,
	"pairs" jsonb NOT NULL,
	CONSTRAINT "import_rows_import_id_line_pk" PRIMARY KEY("import_id","line")
);
--> statement-breakpoint
CREATE TABLE "imports" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"created_by" uuid NOT NULL,
	"format" text NOT NULL,
	"file_name" text,
	"status" text DEFAULT 'staging' NOT NULL,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"rows" integer DEFAULT 0 NOT NULL,
	"accepted" integer DEFAULT 0 NOT NULL,
	"duplicates" integer DEFAULT 0 NOT NULL,
	"rejected" integer DEFAULT 0 NOT NULL,
	"message" text,
	"heartbeat_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "imports_status" CHECK ("imports"."status" in ('staging','published','refused','failed'))
);
--> statement-breakpoint
CREATE TABLE "judgment_texts" (
	"judgment_id" uuid PRIMARY KEY NOT NULL,
	"salt" text NOT NULL,
	"rationale" text,
	"rewrite" jsonb
);
--> statement-breakpoint
CREATE TABLE "judgment_void_texts" (
	"judgment_id" uuid PRIMARY KEY NOT NULL,
	"salt" text NOT NULL,
	"note" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "judgment_voids" (
	"judgment_id" uuid PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"note_hash" text,
	"by_user_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "judgment_voids_reason" CHECK ("judgment_voids"."reason" in ('spam','conflict_of_interest','erasure','mistake','other'))
);
--> statement-breakpoint
CREATE TABLE "judgments" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"mode" text NOT NULL,
	"task_id" uuid,
	"origin" text NOT NULL,
	"purpose" text,
	"judge_kind" text NOT NULL,
	"judge_user_id" uuid,
	"judge_ref" text,
	"verdict" text NOT NULL,
	"strength" text,
	"criteria" jsonb,
	"reasons" jsonb,
	"spans" jsonb,
	"supersedes_id" uuid,
	"guideline_id" uuid,
	"form_id" uuid,
	"duration_ms" integer,
	"idempotency_key" text,
	"body_hash" text,
	"text_hash" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "judgments_supersedes" UNIQUE("supersedes_id"),
	CONSTRAINT "judgments_comparison_key" UNIQUE("id","comparison_id"),
	CONSTRAINT "judgments_idempotency" UNIQUE("judge_user_id","idempotency_key"),
	CONSTRAINT "judgments_verdict" CHECK (("judgments"."mode" = 'pair' and "judgments"."verdict" in ('a','b','tie','both_bad','cannot_judge')) or ("judgments"."mode" = 'single' and "judgments"."verdict" in ('good','bad','cannot_judge'))),
	CONSTRAINT "judgments_origin" CHECK ("judgments"."origin" in ('workspace','import','playground','feedback','model')),
	CONSTRAINT "judgments_purpose" CHECK ("judgments"."purpose" in ('counting','gold','repeat','adjudication')),
	CONSTRAINT "judgments_workspace" CHECK ("judgments"."origin" <> 'workspace' or ("judgments"."judge_user_id" is not null and "judgments"."purpose" is not null and "judgments"."task_id" is not null)),
	CONSTRAINT "judgments_judge" CHECK ("judgments"."judge_kind" in ('person','import','model','end_user') and (("judgments"."judge_kind" = 'person') = ("judgments"."judge_user_id" is not null))),
	CONSTRAINT "judgments_strength" CHECK ("judgments"."strength" in ('slightly','clearly'))
);
--> statement-breakpoint
CREATE TABLE "guidelines" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"body" text NOT NULL,
	"content_hash" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "guidelines_version" UNIQUE("project_id","version")
);
--> statement-breakpoint
CREATE TABLE "judging_forms" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"form" jsonb NOT NULL,
	"content_hash" text NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "judging_forms_version" UNIQUE("project_id","version")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"project_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "memberships_project_id_user_id_pk" PRIMARY KEY("project_id","user_id"),
	CONSTRAINT "memberships_role" CHECK ("memberships"."role" in ('annotator','reviewer','engineer','owner'))
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"locale" text DEFAULT 'en' NOT NULL,
	"overlap" integer NOT NULL,
	"objective" text DEFAULT 'dpo' NOT NULL,
	"seed" text NOT NULL,
	"split_salt" text NOT NULL,
	"split_shares" jsonb NOT NULL,
	"lease_seconds" integer DEFAULT 900 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "projects_slug_unique" UNIQUE("slug"),
	CONSTRAINT "projects_overlap" CHECK ("projects"."overlap" between 1 and 15),
	CONSTRAINT "projects_lease" CHECK ("projects"."lease_seconds" between 1 and 86400),
	CONSTRAINT "projects_slug" CHECK ("projects"."slug" ~ '^[a-z0-9][a-z0-9-]{0,62}$')
);
--> statement-breakpoint
CREATE TABLE "system_prompts" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"body" text NOT NULL,
	"content_hash" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "system_prompts_version" UNIQUE("project_id","version")
);
--> statement-breakpoint
CREATE TABLE "prompt_groups" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"key" text NOT NULL,
	"split" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompt_groups_key" UNIQUE("project_id","key"),
	CONSTRAINT "prompt_groups_split" CHECK ("prompt_groups"."split" in ('train','dev','test'))
);
--> statement-breakpoint
CREATE TABLE "prompt_texts" (
	"prompt_id" uuid PRIMARY KEY NOT NULL,
	"messages" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "prompts" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"group_id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"system_prompt_id" uuid,
	"import_id" uuid,
	"tags" text[],
	"matter" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "prompts_content" UNIQUE("project_id","content_hash")
);
--> statement-breakpoint
CREATE TABLE "response_texts" (
	"response_id" uuid PRIMARY KEY NOT NULL,
	"messages" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "responses" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"prompt_id" uuid NOT NULL,
	"content_hash" text NOT NULL,
	"source" text NOT NULL,
	"source_ref" text,
	"sampling" jsonb,
	"seed" bigint,
	"reproducible" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "responses_content" UNIQUE NULLS NOT DISTINCT("prompt_id","content_hash","source","source_ref"),
	CONSTRAINT "responses_source" CHECK ("responses"."source" in ('checkpoint','endpoint','person','import'))
);
--> statement-breakpoint
CREATE TABLE "annotator_progress" (
	"round_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"cursor" bigint DEFAULT -1 NOT NULL,
	"judged" integer DEFAULT 0 NOT NULL,
	"counted" integer DEFAULT 0 NOT NULL,
	"completed" integer DEFAULT 0 NOT NULL,
	"cannot_judge" integer DEFAULT 0 NOT NULL,
	"skipped" integer DEFAULT 0 NOT NULL,
	"left_chosen" integer DEFAULT 0 NOT NULL,
	"decisive" integer DEFAULT 0 NOT NULL,
	"duration_ms" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "annotator_progress_round_id_user_id_pk" PRIMARY KEY("round_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "rounds" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"status" text DEFAULT 'collecting' NOT NULL,
	"candidate_checkpoint_id" uuid,
	"parent_checkpoint_id" uuid,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"comparisons" integer DEFAULT 0 NOT NULL,
	"identical" integer DEFAULT 0 NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "rounds_number" UNIQUE("project_id","number"),
	CONSTRAINT "rounds_status" CHECK ("rounds"."status" in ('collecting','training','evaluating','decided'))
);
--> statement-breakpoint
CREATE TABLE "run_attempts" (
	"run_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"worker_id" uuid NOT NULL,
	"output_dir" text,
	"argv" jsonb,
	"engine_versions" jsonb,
	"resumed_from_step" integer,
	"lease_expires_at" timestamp with time zone NOT NULL,
	"exit_code" integer,
	"problem" jsonb,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "run_attempts_run_id_number_pk" PRIMARY KEY("run_id","number")
);
--> statement-breakpoint
CREATE TABLE "run_events" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "run_events_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"kind" text NOT NULL,
	"data" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_logs" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "run_logs_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"run_id" uuid NOT NULL,
	"attempt" integer NOT NULL,
	"lines" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "run_metrics" (
	"run_id" uuid NOT NULL,
	"step" integer NOT NULL,
	"attempt" integer NOT NULL,
	"epoch" double precision,
	"values" jsonb NOT NULL,
	CONSTRAINT "run_metrics_run_id_step_pk" PRIMARY KEY("run_id","step")
);
--> statement-breakpoint
CREATE TABLE "runs" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"snapshot_id" uuid NOT NULL,
	"snapshot_sha256" text NOT NULL,
	"parent_checkpoint_id" uuid NOT NULL,
	"reference_checkpoint_id" uuid,
	"objective" text NOT NULL,
	"recipe" jsonb NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"desired_state" text DEFAULT 'run' NOT NULL,
	"waiting_for" text,
	"attempt" integer DEFAULT 0 NOT NULL,
	"step" integer DEFAULT 0 NOT NULL,
	"max_steps" integer,
	"problem" jsonb,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	CONSTRAINT "runs_status" CHECK ("runs"."status" in ('queued','waiting','preparing','running','stopping','succeeded','failed','cancelled')),
	CONSTRAINT "runs_desired" CHECK ("runs"."desired_state" in ('run','pause','cancel_keep','cancel_discard')),
	CONSTRAINT "runs_objective" CHECK ("runs"."objective" in ('dpo','kto','orpo','cpo','simpo','sft','rm'))
);
--> statement-breakpoint
CREATE TABLE "slots" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"comparison_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"overlap" integer NOT NULL,
	"position" integer NOT NULL,
	"order_key" bigint NOT NULL,
	"task_id" uuid,
	"annotator_id" uuid,
	"fencing" integer DEFAULT 0 NOT NULL,
	"judgment_id" uuid,
	CONSTRAINT "slots_judgment" UNIQUE("judgment_id"),
	CONSTRAINT "slots_position" UNIQUE("comparison_id","position"),
	CONSTRAINT "slots_person" UNIQUE("comparison_id","annotator_id"),
	CONSTRAINT "slots_position_range" CHECK ("slots"."position" >= 0 and "slots"."position" < "slots"."overlap"),
	CONSTRAINT "slots_holder" CHECK (("slots"."task_id" is null and "slots"."judgment_id" is null) = ("slots"."annotator_id" is null))
);
--> statement-breakpoint
CREATE TABLE "snapshot_comparisons" (
	"snapshot_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"split" text NOT NULL,
	"outcome" text NOT NULL,
	"verdict" text,
	CONSTRAINT "snapshot_comparisons_snapshot_id_comparison_id_pk" PRIMARY KEY("snapshot_id","comparison_id"),
	CONSTRAINT "snapshot_comparisons_split" UNIQUE("snapshot_id","split","comparison_id")
);
--> statement-breakpoint
CREATE TABLE "snapshot_files" (
	"snapshot_id" uuid NOT NULL,
	"name" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"rows" integer NOT NULL,
	CONSTRAINT "snapshot_files_snapshot_id_name_pk" PRIMARY KEY("snapshot_id","name"),
	CONSTRAINT "snapshot_files_name" CHECK ("snapshot_files"."name" in ('manifest','train','dev','test','held_out'))
);
--> statement-breakpoint
CREATE TABLE "snapshot_judgments" (
	"snapshot_id" uuid NOT NULL,
	"judgment_id" uuid NOT NULL,
	"comparison_id" uuid NOT NULL,
	"disposition" text NOT NULL,
	CONSTRAINT "snapshot_judgments_snapshot_id_judgment_id_pk" PRIMARY KEY("snapshot_id","judgment_id")
);
--> statement-breakpoint
CREATE TABLE "snapshots" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"round_id" uuid NOT NULL,
	"objective" text NOT NULL,
	"rule" jsonb NOT NULL,
	"sha256" text NOT NULL,
	"train_rows" integer NOT NULL,
	"dev_rows" integer NOT NULL,
	"test_rows" integer NOT NULL,
	"held_out" integer NOT NULL,
	"dropped" jsonb NOT NULL,
	"used" integer NOT NULL,
	"desirable_weight" jsonb,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "snapshots_objective" CHECK ("snapshots"."objective" in ('dpo','kto','orpo','cpo','simpo','sft','rm'))
);
--> statement-breakpoint
CREATE TABLE "installation" (
	"key" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"by" uuid
);
--> statement-breakpoint
CREATE TABLE "workers" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"hostname" text NOT NULL,
	"pid" integer NOT NULL,
	"host_key" text NOT NULL,
	"capabilities" jsonb NOT NULL,
	"heartbeat_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"stopped_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_links" ADD CONSTRAINT "password_links_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "password_links" ADD CONSTRAINT "password_links_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoints" ADD CONSTRAINT "checkpoints_parent_id_checkpoints_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_texts" ADD CONSTRAINT "decision_texts_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_by_user_id_users_id_fk" FOREIGN KEY ("by_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_response_a_id_responses_id_fk" FOREIGN KEY ("response_a_id") REFERENCES "public"."responses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "comparisons" ADD CONSTRAINT "comparisons_response_b_id_responses_id_fk" FOREIGN KEY ("response_b_id") REFERENCES "public"."responses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "skips" ADD CONSTRAINT "skips_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "skips" ADD CONSTRAINT "skips_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "skips" ADD CONSTRAINT "skips_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_annotator_id_users_id_fk" FOREIGN KEY ("annotator_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_guideline_id_guidelines_id_fk" FOREIGN KEY ("guideline_id") REFERENCES "public"."guidelines"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_form_id_judging_forms_id_fk" FOREIGN KEY ("form_id") REFERENCES "public"."judging_forms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluation_items" ADD CONSTRAINT "evaluation_items_evaluation_id_evaluations_id_fk" FOREIGN KEY ("evaluation_id") REFERENCES "public"."evaluations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluation_items" ADD CONSTRAINT "evaluation_items_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_parent_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("parent_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_generation_id_generations_id_fk" FOREIGN KEY ("generation_id") REFERENCES "public"."generations"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generation_answers" ADD CONSTRAINT "generation_answers_response_id_responses_id_fk" FOREIGN KEY ("response_id") REFERENCES "public"."responses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_into_round_id_rounds_id_fk" FOREIGN KEY ("into_round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_parent_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("parent_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_errors" ADD CONSTRAINT "import_errors_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_rows" ADD CONSTRAINT "import_rows_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgment_texts" ADD CONSTRAINT "judgment_texts_judgment_id_judgments_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgment_void_texts" ADD CONSTRAINT "judgment_void_texts_judgment_id_judgment_voids_judgment_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgment_voids"("judgment_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgment_voids" ADD CONSTRAINT "judgment_voids_judgment_id_judgments_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgment_voids" ADD CONSTRAINT "judgment_voids_by_user_id_users_id_fk" FOREIGN KEY ("by_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_task_id_tasks_id_fk" FOREIGN KEY ("task_id") REFERENCES "public"."tasks"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_judge_user_id_users_id_fk" FOREIGN KEY ("judge_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_guideline_id_guidelines_id_fk" FOREIGN KEY ("guideline_id") REFERENCES "public"."guidelines"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_form_id_judging_forms_id_fk" FOREIGN KEY ("form_id") REFERENCES "public"."judging_forms"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgments" ADD CONSTRAINT "judgments_mode" FOREIGN KEY ("comparison_id","mode") REFERENCES "public"."comparisons"("id","mode") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "guidelines" ADD CONSTRAINT "guidelines_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judging_forms" ADD CONSTRAINT "judging_forms_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judging_forms" ADD CONSTRAINT "judging_forms_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "memberships" ADD CONSTRAINT "memberships_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "system_prompts" ADD CONSTRAINT "system_prompts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_groups" ADD CONSTRAINT "prompt_groups_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompt_texts" ADD CONSTRAINT "prompt_texts_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_group_id_prompt_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."prompt_groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "prompts" ADD CONSTRAINT "prompts_system_prompt_id_system_prompts_id_fk" FOREIGN KEY ("system_prompt_id") REFERENCES "public"."system_prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "response_texts" ADD CONSTRAINT "response_texts_response_id_responses_id_fk" FOREIGN KEY ("response_id") REFERENCES "public"."responses"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "responses" ADD CONSTRAINT "responses_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_progress" ADD CONSTRAINT "annotator_progress_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "annotator_progress" ADD CONSTRAINT "annotator_progress_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "rounds" ADD CONSTRAINT "rounds_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_attempts" ADD CONSTRAINT "run_attempts_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_attempts" ADD CONSTRAINT "run_attempts_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_events" ADD CONSTRAINT "run_events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_logs" ADD CONSTRAINT "run_logs_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "run_metrics" ADD CONSTRAINT "run_metrics_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_parent_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("parent_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_reference_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("reference_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_comparison" FOREIGN KEY ("comparison_id","overlap") REFERENCES "public"."comparisons"("id","overlap") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_task" FOREIGN KEY ("task_id","annotator_id") REFERENCES "public"."tasks"("id","annotator_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_counts" FOREIGN KEY ("judgment_id","comparison_id") REFERENCES "public"."judgments"("id","comparison_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_comparisons" ADD CONSTRAINT "snapshot_comparisons_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_comparisons" ADD CONSTRAINT "snapshot_comparisons_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_files" ADD CONSTRAINT "snapshot_files_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_judgments" ADD CONSTRAINT "snapshot_judgments_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_judgments" ADD CONSTRAINT "snapshot_judgments_judgment_id_judgments_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshot_judgments" ADD CONSTRAINT "snapshot_judgments_comparison_id_comparisons_id_fk" FOREIGN KEY ("comparison_id") REFERENCES "public"."comparisons"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_round_id_rounds_id_fk" FOREIGN KEY ("round_id") REFERENCES "public"."rounds"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_tokens_user" ON "api_tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "sessions_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "user_profiles_email" ON "user_profiles" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "audit_entries_seal" ON "audit_entries" USING btree ("txid","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project" ON "audit_entries" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "checkpoints_project" ON "checkpoints" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "decisions_checkpoint" ON "decisions" USING btree ("checkpoint_id");--> statement-breakpoint
CREATE INDEX "comparisons_round" ON "comparisons" USING btree ("round_id","id");--> statement-breakpoint
CREATE INDEX "comparisons_prompt" ON "comparisons" USING btree ("prompt_id");--> statement-breakpoint
CREATE INDEX "comparisons_hash" ON "comparisons" USING btree ("project_id","content_hash");--> statement-breakpoint
CREATE INDEX "comparisons_exhausted" ON "comparisons" USING btree ("round_id") WHERE status = 'exhausted';--> statement-breakpoint
CREATE INDEX "tasks_live" ON "tasks" USING btree ("annotator_id","expires_at") WHERE state = 'live';--> statement-breakpoint
CREATE INDEX "tasks_comparison" ON "tasks" USING btree ("comparison_id","annotator_id");--> statement-breakpoint
CREATE INDEX "evaluations_checkpoint" ON "evaluations" USING btree ("checkpoint_id");--> statement-breakpoint
CREATE INDEX "generations_round" ON "generations" USING btree ("round_id");--> statement-breakpoint
CREATE INDEX "imports_project" ON "imports" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "judgments_person" ON "judgments" USING btree ("comparison_id","judge_user_id");--> statement-breakpoint
CREATE INDEX "judgments_project" ON "judgments" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "judgments_task" ON "judgments" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "memberships_user" ON "memberships" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "prompts_group" ON "prompts" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "annotator_progress_user" ON "annotator_progress" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "run_events_run" ON "run_events" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "run_logs_run" ON "run_logs" USING btree ("run_id","id");--> statement-breakpoint
CREATE INDEX "runs_project" ON "runs" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "runs_unfinished" ON "runs" USING btree ("status") WHERE status not in ('succeeded','failed','cancelled');--> statement-breakpoint
CREATE INDEX "slots_queue" ON "slots" USING btree ("round_id","order_key","position") WHERE judgment_id is null;--> statement-breakpoint
CREATE INDEX "snapshot_judgments_judgment" ON "snapshot_judgments" USING btree ("judgment_id");--> statement-breakpoint
CREATE INDEX "snapshots_project" ON "snapshots" USING btree ("project_id","id");