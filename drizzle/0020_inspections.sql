CREATE TABLE "inspections" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"snapshot_id" uuid NOT NULL,
	"base_checkpoint_id" uuid NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"heartbeat_at" timestamp with time zone,
	"config" jsonb,
	"tokenizer_sha256" text,
	"chat_template_sha256" text,
	"lengths" jsonb,
	"with_images" integer DEFAULT 0 NOT NULL,
	"problem" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "inspections_once" UNIQUE("snapshot_id","base_checkpoint_id"),
	CONSTRAINT "inspections_status" CHECK ("inspections"."status" in ('queued','running','succeeded','failed'))
);
--> statement-breakpoint
ALTER TABLE "checkpoints" ADD COLUMN "chat_template_sha256" text;--> statement-breakpoint
ALTER TABLE "inspections" ADD CONSTRAINT "inspections_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inspections" ADD CONSTRAINT "inspections_snapshot_id_snapshots_id_fk" FOREIGN KEY ("snapshot_id") REFERENCES "public"."snapshots"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inspections" ADD CONSTRAINT "inspections_base_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("base_checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "inspections_unfinished" ON "inspections" USING btree ("id") WHERE status in ('queued','running');