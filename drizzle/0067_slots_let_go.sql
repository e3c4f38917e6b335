-- A place keeps no judgment that is void or superseded (semantics 4, 7). It may while a transaction is under way:
-- what is void and what takes its place are written one after the other. Looked at when it ends, over the index of
-- the pointer. That two transactions do not pass each other unseen is kept by the comparison's lock, which both take.
CREATE FUNCTION slots_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE gone uuid;
BEGIN
  IF TG_TABLE_NAME = 'judgment_voids' THEN gone := NEW.judgment_id; ELSE gone := NEW.supersedes_id; END IF;
  PERFORM 1 FROM slots s WHERE s.judgment_id = gone;
  IF FOUND THEN
    RAISE EXCEPTION 'judgment % is void or superseded and still fills a slot', gone USING ERRCODE = 'check_violation', CONSTRAINT = 'slots_let_go';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER slots_let_go AFTER INSERT ON judgment_voids DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slots_let_go();--> statement-breakpoint
CREATE CONSTRAINT TRIGGER slots_let_go AFTER INSERT ON judgments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION slots_let_go();--> statement-breakpoint

-- And none is pointed at one that was superseded before.
CREATE OR REPLACE FUNCTION slot_counts_only_what_may() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM judgments j
    WHERE j.id = NEW.judgment_id AND j.origin = 'workspace' AND j.purpose = 'counting'
      AND j.verdict <> 'cannot_judge' AND j.judge_user_id = NEW.annotator_id
      AND NOT EXISTS (SELECT 1 FROM judgment_voids v WHERE v.judgment_id = j.id)
      AND NOT EXISTS (SELECT 1 FROM judgments later WHERE later.supersedes_id = j.id);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'judgment % may not fill a slot', NEW.judgment_id USING ERRCODE = 'check_violation', CONSTRAINT = 'slots_counts_only_what_may';
  END IF;
  RETURN NEW;
END $$;
