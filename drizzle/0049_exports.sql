CREATE TABLE "checkpoint_exports" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"plan" jsonb NOT NULL,
	"changed" boolean NOT NULL,
	"status" text DEFAULT 'queued' NOT NULL,
	"attempt" integer DEFAULT 0 NOT NULL,
	"worker_id" uuid,
	"heartbeat_at" timestamp with time zone,
	"command" jsonb,
	"calibration_rows" integer,
	"sha256" text,
	"files" jsonb,
	"bytes" bigint,
	"problem" jsonb,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "checkpoint_exports_of" UNIQUE("id","checkpoint_id"),
	CONSTRAINT "checkpoint_exports_status" CHECK ("checkpoint_exports"."status" in ('queued','running','succeeded','failed','cancelled')),
	CONSTRAINT "checkpoint_exports_finished" CHECK (("checkpoint_exports"."status" in ('succeeded','failed','cancelled')) = ("checkpoint_exports"."finished_at" is not null)),
	CONSTRAINT "checkpoint_exports_files" CHECK (("checkpoint_exports"."status" = 'succeeded') = (num_nonnulls("checkpoint_exports"."sha256", "checkpoint_exports"."files", "checkpoint_exports"."bytes") = 3))
);
--> statement-breakpoint
ALTER TABLE "evaluations" ADD COLUMN "export_id" uuid;--> statement-breakpoint
ALTER TABLE "decision_terms" ADD COLUMN "export_id" uuid;--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_worker_id_workers_id_fk" FOREIGN KEY ("worker_id") REFERENCES "public"."workers"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "checkpoint_exports_checkpoint" ON "checkpoint_exports" USING btree ("checkpoint_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "checkpoint_exports_once" ON "checkpoint_exports" USING btree ("checkpoint_id","plan") WHERE status in ('queued','running','succeeded');--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_export_of" FOREIGN KEY ("export_id","checkpoint_id") REFERENCES "public"."checkpoint_exports"("id","checkpoint_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_terms" ADD CONSTRAINT "decision_terms_export_id_checkpoint_exports_id_fk" FOREIGN KEY ("export_id") REFERENCES "public"."checkpoint_exports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "evaluations_export" ON "evaluations" USING btree ("export_id") WHERE export_id is not null;--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_beside_itself" CHECK (("evaluations"."export_id" is null) = ("evaluations"."parent_checkpoint_id" <> "evaluations"."checkpoint_id"));--> statement-breakpoint
-- Nothing is promoted in a form whose weights are others than those that were measured, until they were measured too.
CREATE FUNCTION require_measured_export() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM decisions d JOIN checkpoint_exports x ON x.checkpoint_id = d.checkpoint_id
    WHERE d.id = NEW.decision_id AND x.id = NEW.export_id AND d.decision IN ('promote', 'roll_back') AND x.status = 'succeeded'
      AND (NOT x.changed OR EXISTS (SELECT 1 FROM evaluations e WHERE e.export_id = x.id AND e.status = 'succeeded'))
  ) THEN
    RAISE EXCEPTION 'decision % promotes an export that is not there or was not measured', NEW.decision_id USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_terms_export_measured';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER measured_export AFTER INSERT ON decision_terms DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.export_id IS NOT NULL) EXECUTE FUNCTION require_measured_export();
