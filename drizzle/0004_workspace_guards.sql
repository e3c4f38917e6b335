-- What was decided, said and known stays as it was (semantics 3, 7).
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON adjudications FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON adjudicated_judgments FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE DELETE ON walls FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint

-- A comparison that is gold alone has no places: nothing about it counts.
CREATE OR REPLACE FUNCTION exactly_n_slots() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE have integer;
BEGIN
  IF NEW.status IN ('identical', 'gold') THEN RETURN NULL; END IF;
  SELECT count(*) INTO have FROM slots WHERE comparison_id = NEW.id;
  IF have <> NEW.overlap THEN
    RAISE EXCEPTION 'comparison % has % slots instead of %', NEW.id, have, NEW.overlap USING ERRCODE = 'check_violation', CONSTRAINT = 'comparisons_exactly_n_slots';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint

-- A gold item keeps its verdict: it can only be retired.
CREATE FUNCTION keep_gold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.comparison_id, NEW.verdict, NEW.tie_is_right) = (OLD.comparison_id, OLD.verdict, OLD.tie_is_right) THEN RETURN NEW; END IF;
  RAISE EXCEPTION 'a gold item keeps its verdict; retire it instead' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'gold_items_keep_verdict';
END $$;--> statement-breakpoint
CREATE TRIGGER keep_gold BEFORE UPDATE OR DELETE ON gold_items FOR EACH ROW EXECUTE FUNCTION keep_gold();
