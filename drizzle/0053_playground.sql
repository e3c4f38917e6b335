ALTER TABLE "imports" DROP CONSTRAINT "imports_brings";--> statement-breakpoint
DROP INDEX "judgments_brought";--> statement-breakpoint
CREATE INDEX "judgments_brought" ON "judgments" USING btree ("judge_ref") WHERE origin in ('import','feedback','playground');--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_brings" CHECK ("imports"."brings" in ('import','feedback','playground'));
--> statement-breakpoint
-- Judgments that an undone import brought go with it, also those that somebody gave in the playground.
CREATE OR REPLACE FUNCTION refuse_change_of_judgment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.origin IN ('import', 'feedback', 'playground') AND EXISTS (SELECT 1 FROM imports i WHERE i.id = OLD.judge_ref::uuid AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
