CREATE TABLE "own_answers" (
	"project_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"key" text NOT NULL,
	"text" text NOT NULL,
	"finish" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "own_answers_checkpoint_id_key_pk" PRIMARY KEY("checkpoint_id","key")
);
--> statement-breakpoint
ALTER TABLE "own_answers" ADD CONSTRAINT "own_answers_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "own_answers" ADD CONSTRAINT "own_answers_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "own_answers_project" ON "own_answers" USING btree ("project_id");