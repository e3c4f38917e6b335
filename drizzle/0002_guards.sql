-- Foreign keys that would make the schema's files import each other in a circle.
ALTER TABLE tasks ADD CONSTRAINT tasks_slot_id FOREIGN KEY (slot_id) REFERENCES slots (id);--> statement-breakpoint
ALTER TABLE judgments ADD CONSTRAINT judgments_supersedes_id FOREIGN KEY (supersedes_id, comparison_id) REFERENCES judgments (id, comparison_id);--> statement-breakpoint
ALTER TABLE rounds ADD CONSTRAINT rounds_candidate FOREIGN KEY (candidate_checkpoint_id) REFERENCES checkpoints (id);--> statement-breakpoint
ALTER TABLE rounds ADD CONSTRAINT rounds_parent FOREIGN KEY (parent_checkpoint_id) REFERENCES checkpoints (id);--> statement-breakpoint
ALTER TABLE checkpoints ADD CONSTRAINT checkpoints_run_id FOREIGN KEY (run_id) REFERENCES runs (id);--> statement-breakpoint
ALTER TABLE checkpoints ADD CONSTRAINT checkpoints_attempt FOREIGN KEY (run_id, attempt) REFERENCES run_attempts (run_id, number);--> statement-breakpoint
ALTER TABLE prompts ADD CONSTRAINT prompts_import FOREIGN KEY (import_id) REFERENCES imports (id);--> statement-breakpoint

-- One open round a project: imports and generated answers must know where to go.
CREATE UNIQUE INDEX rounds_collecting ON rounds (project_id) WHERE status = 'collecting';--> statement-breakpoint

-- Append-only tables (semantics 3, 7, 9, 13).
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judgments FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judgment_voids FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seals FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshots FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_files FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_judgments FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON snapshot_comparisons FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON run_events FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decisions FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON guidelines FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judging_forms FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON system_prompts FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON prompt_texts FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON response_texts FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint

-- A group keeps its split (semantics 10).
CREATE FUNCTION keep_split() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.split IS DISTINCT FROM OLD.split OR NEW.key IS DISTINCT FROM OLD.key THEN
    RAISE EXCEPTION 'a prompt group keeps its split' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'prompt_groups_keep_split';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER keep_split BEFORE UPDATE ON prompt_groups FOR EACH ROW EXECUTE FUNCTION keep_split();--> statement-breakpoint

-- Only a workspace judgment of purpose counting that is not void, with a verdict that counts,
-- by the person the slot names, may fill a slot (semantics 4, 6, 7).
CREATE FUNCTION slot_counts_only_what_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM judgments j
    WHERE j.id = NEW.judgment_id AND j.origin = 'workspace' AND j.purpose = 'counting'
      AND j.verdict <> 'cannot_judge' AND j.judge_user_id = NEW.annotator_id
      AND NOT EXISTS (SELECT 1 FROM judgment_voids v WHERE v.judgment_id = j.id);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'judgment % may not fill a slot', NEW.judgment_id USING ERRCODE = 'check_violation', CONSTRAINT = 'slots_counts_only_what_may';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER slot_counts_only_what_may BEFORE INSERT OR UPDATE OF judgment_id ON slots FOR EACH ROW
  WHEN (NEW.judgment_id IS NOT NULL) EXECUTE FUNCTION slot_counts_only_what_may();--> statement-breakpoint

-- Slots of a comparison are made with it and never removed: exactly N.
CREATE FUNCTION exactly_n_slots() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE have integer;
BEGIN
  IF NEW.status = 'identical' THEN RETURN NULL; END IF;
  SELECT count(*) INTO have FROM slots WHERE comparison_id = NEW.id;
  IF have <> NEW.overlap THEN
    RAISE EXCEPTION 'comparison % has % slots instead of %', NEW.id, have, NEW.overlap USING ERRCODE = 'check_violation', CONSTRAINT = 'comparisons_exactly_n_slots';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER exactly_n_slots AFTER INSERT ON comparisons DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION exactly_n_slots();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE DELETE ON slots FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint

-- A trained checkpoint never changes; a base model's hash is written once, when it is first read.
CREATE FUNCTION keep_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.kind = 'base' AND OLD.sha256 IS NULL
     AND (NEW.id, NEW.project_id, NEW.kind, NEW.location) = (OLD.id, OLD.project_id, OLD.kind, OLD.location) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a checkpoint never changes' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'checkpoints_immutable';
END $$;--> statement-breakpoint
CREATE TRIGGER keep_checkpoint BEFORE UPDATE OR DELETE ON checkpoints FOR EACH ROW EXECUTE FUNCTION keep_checkpoint();--> statement-breakpoint

-- Legal status changes of a run; the same table stands in src/lib/domain/run-state.ts, a test compares them.
CREATE TABLE run_transitions ("from" text NOT NULL, "to" text NOT NULL, PRIMARY KEY ("from", "to"));--> statement-breakpoint
INSERT INTO run_transitions ("from", "to") VALUES
  ('queued', 'waiting'), ('queued', 'preparing'), ('queued', 'failed'), ('queued', 'cancelled'),
  ('waiting', 'queued'), ('waiting', 'preparing'), ('waiting', 'running'), ('waiting', 'stopping'), ('waiting', 'failed'), ('waiting', 'cancelled'),
  ('preparing', 'queued'), ('preparing', 'waiting'), ('preparing', 'running'), ('preparing', 'stopping'), ('preparing', 'failed'), ('preparing', 'cancelled'),
  ('running', 'queued'), ('running', 'waiting'), ('running', 'stopping'), ('running', 'succeeded'), ('running', 'failed'), ('running', 'cancelled'),
  ('stopping', 'queued'), ('stopping', 'waiting'), ('stopping', 'succeeded'), ('stopping', 'failed'), ('stopping', 'cancelled');--> statement-breakpoint
CREATE FUNCTION legal_run_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> OLD.status AND NOT EXISTS (SELECT 1 FROM run_transitions t WHERE t."from" = OLD.status AND t."to" = NEW.status) THEN
    RAISE EXCEPTION 'a run may not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'runs_legal_transition';
  END IF;
  IF NEW.attempt < OLD.attempt THEN
    RAISE EXCEPTION 'a run''s attempt never goes back' USING ERRCODE = 'check_violation', CONSTRAINT = 'runs_attempt_grows';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER legal_run_transition BEFORE UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION legal_run_transition();
