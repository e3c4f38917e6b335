ALTER TABLE "runs" ADD COLUMN "after_run_id" uuid;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_after_run_id_runs_id_fk" FOREIGN KEY ("after_run_id") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_after" UNIQUE("after_run_id");--> statement-breakpoint
-- A run with a stage before it comes into line only once that stage has given its checkpoint, and starts from that one.
CREATE FUNCTION after_its_stage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.after_run_id IS NOT NULL AND NEW.status IN ('queued', 'preparing') AND NOT EXISTS (
    SELECT 1 FROM runs r JOIN checkpoints c ON c.run_id = r.id WHERE r.id = NEW.after_run_id AND r.status = 'succeeded' AND c.id = NEW.parent_checkpoint_id) THEN
    RAISE EXCEPTION 'a run waits for the stage before it' USING ERRCODE = 'check_violation', CONSTRAINT = 'runs_after_its_stage';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER after_its_stage BEFORE INSERT OR UPDATE OF status ON runs FOR EACH ROW EXECUTE FUNCTION after_its_stage();
