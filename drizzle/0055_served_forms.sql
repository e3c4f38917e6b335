ALTER TABLE "checkpoint_exports" DROP CONSTRAINT "checkpoint_exports_status";--> statement-breakpoint
ALTER TABLE "checkpoint_exports" DROP CONSTRAINT "checkpoint_exports_finished";--> statement-breakpoint
ALTER TABLE "checkpoint_exports" DROP CONSTRAINT "checkpoint_exports_files";--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD COLUMN "dropped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "deployments" ADD COLUMN "export_id" uuid;--> statement-breakpoint
ALTER TABLE "deployments" ADD CONSTRAINT "deployments_export_of" FOREIGN KEY ("export_id","checkpoint_id") REFERENCES "public"."checkpoint_exports"("id","checkpoint_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "deployments_export" ON "deployments" USING btree ("export_id") WHERE export_id is not null;--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_dropped" CHECK (("checkpoint_exports"."status" = 'dropped') = ("checkpoint_exports"."dropped_at" is not null));--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_status" CHECK ("checkpoint_exports"."status" in ('queued','running','succeeded','failed','cancelled','dropped'));--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_finished" CHECK (("checkpoint_exports"."status" in ('succeeded','failed','cancelled','dropped')) = ("checkpoint_exports"."finished_at" is not null));--> statement-breakpoint
ALTER TABLE "checkpoint_exports" ADD CONSTRAINT "checkpoint_exports_files" CHECK (("checkpoint_exports"."status" in ('succeeded','dropped')) = (num_nonnulls("checkpoint_exports"."sha256", "checkpoint_exports"."files", "checkpoint_exports"."bytes") = 3));--> statement-breakpoint
-- A deployment serves one checkpoint of its project, as it was trained or in a form that is there, by an endpoint or a server of its project, and only whether it takes work may change.
CREATE OR REPLACE FUNCTION deployment_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'INSERT' THEN
		IF NOT EXISTS (SELECT 1 FROM checkpoints WHERE id = NEW.checkpoint_id AND project_id = NEW.project_id)
			OR NOT EXISTS (SELECT 1 FROM endpoints WHERE id = NEW.endpoint_id AND project_id = NEW.project_id UNION ALL SELECT 1 FROM model_servers WHERE id = NEW.server_id AND project_id = NEW.project_id) THEN
			RAISE EXCEPTION 'checkpoint and server of a deployment are of its project' USING ERRCODE = 'integrity_constraint_violation';
		END IF;
		IF NEW.export_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM checkpoint_exports WHERE id = NEW.export_id AND status = 'succeeded') THEN
			RAISE EXCEPTION 'a deployment serves an export that is there' USING ERRCODE = 'integrity_constraint_violation';
		END IF;
	ELSIF (OLD.project_id, OLD.checkpoint_id, OLD.export_id, OLD.endpoint_id, OLD.server_id) IS DISTINCT FROM (NEW.project_id, NEW.checkpoint_id, NEW.export_id, NEW.endpoint_id, NEW.server_id) OR (OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at) THEN
		RAISE EXCEPTION 'checkpoint, form and server of a deployment stay, and its end is for good' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
-- What was promoted or is served is not dropped, and what was dropped does not come back.
CREATE FUNCTION export_is_dropped() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF OLD.status = 'dropped' THEN
		RAISE EXCEPTION 'a dropped export stays as it is' USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	IF NEW.status = 'dropped' AND (OLD.status <> 'succeeded'
			OR EXISTS (SELECT 1 FROM decision_terms WHERE export_id = NEW.id)
			OR EXISTS (SELECT 1 FROM deployments WHERE export_id = NEW.id AND ended_at IS NULL)) THEN
		RAISE EXCEPTION 'export % is not there, was promoted, or is served', NEW.id USING ERRCODE = 'integrity_constraint_violation';
	END IF;
	RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER export_is_dropped BEFORE UPDATE ON checkpoint_exports FOR EACH ROW WHEN (OLD.status = 'dropped' OR NEW.status = 'dropped') EXECUTE FUNCTION export_is_dropped();
