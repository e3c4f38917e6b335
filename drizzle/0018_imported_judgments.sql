CREATE TABLE "imported_judges" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"source" text NOT NULL,
	"name" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "imported_judges_name" UNIQUE("project_id","source","name")
);
--> statement-breakpoint
CREATE TABLE "imported_judgments" (
	"judgment_id" uuid PRIMARY KEY NOT NULL,
	"import_id" uuid NOT NULL,
	"judge_id" uuid,
	"source" text NOT NULL,
	"judged_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "imports" DROP CONSTRAINT "imports_status";--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "total_bytes" bigint;--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "undone_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "imported_judges" ADD CONSTRAINT "imported_judges_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imported_judgments" ADD CONSTRAINT "imported_judgments_judgment_id_judgments_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imported_judgments" ADD CONSTRAINT "imported_judgments_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imported_judgments" ADD CONSTRAINT "imported_judgments_judge_id_imported_judges_id_fk" FOREIGN KEY ("judge_id") REFERENCES "public"."imported_judges"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "imported_judgments_judge" ON "imported_judgments" USING btree ("judge_id");--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_status" CHECK ("imports"."status" in ('staging','masking','scanned','published','refused','failed','discarded','undone'));--> statement-breakpoint

-- An import that was taken ends for good, and so does one that was undone: the moment at which it
-- ended names what it made (all of it was made in that transaction).
CREATE FUNCTION keep_import_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'undone'
     OR (NEW.status = 'undone' AND OLD.status <> 'published')
     OR (OLD.status = 'published' AND (NEW.status NOT IN ('published', 'undone') OR NEW.finished_at IS DISTINCT FROM OLD.finished_at)) THEN
    RAISE EXCEPTION 'an import may not go from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'imports_keep_end';
  END IF;
  RETURN NEW;
END $$;--> statement-breakpoint
CREATE TRIGGER keep_import_end BEFORE UPDATE ON imports FOR EACH ROW WHEN (OLD.status IN ('published', 'undone') OR NEW.status = 'undone') EXECUTE FUNCTION keep_import_end();--> statement-breakpoint

-- The one way in which rows of append-only tables go: with the import that made them, while nothing
-- refers to them. Each function allows the rows that an undone import itself made, and no others;
-- foreign keys keep what a snapshot, a task or a person refers to. Changing a row is never allowed.
CREATE FUNCTION refuse_change_of_judgment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.origin = 'import' AND EXISTS (SELECT 1 FROM imports i WHERE i.id = OLD.judge_ref::uuid AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;--> statement-breakpoint
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON judgments FOR EACH ROW EXECUTE FUNCTION refuse_change_of_judgment();--> statement-breakpoint
CREATE FUNCTION refuse_change_of_imported_judgment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM imports i WHERE i.id = OLD.import_id AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON imported_judgments FOR EACH ROW EXECUTE FUNCTION refuse_change_of_imported_judgment();--> statement-breakpoint
CREATE FUNCTION refuse_change_of_prompt_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM prompts p JOIN imports i ON i.id = p.import_id WHERE p.id = OLD.prompt_id AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;--> statement-breakpoint
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON prompt_texts FOR EACH ROW EXECUTE FUNCTION refuse_change_of_prompt_text();--> statement-breakpoint
CREATE FUNCTION refuse_change_of_response_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND EXISTS (
    SELECT 1 FROM responses r JOIN prompts p ON p.id = r.prompt_id JOIN imports i ON i.project_id = p.project_id AND i.finished_at = r.created_at
    WHERE r.id = OLD.response_id AND r.source = 'import' AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;--> statement-breakpoint
CREATE OR REPLACE TRIGGER append_only BEFORE UPDATE OR DELETE ON response_texts FOR EACH ROW EXECUTE FUNCTION refuse_change_of_response_text();--> statement-breakpoint
CREATE FUNCTION refuse_removal_of_slot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.judgment_id IS NULL AND EXISTS (
    SELECT 1 FROM comparisons c JOIN imports i ON i.project_id = c.project_id AND i.finished_at = c.created_at
    WHERE c.id = OLD.comparison_id AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;--> statement-breakpoint
CREATE OR REPLACE TRIGGER append_only BEFORE DELETE ON slots FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_slot();--> statement-breakpoint

-- What a foreign key asks for when a comparison or an answer goes; without these each asks the whole table.
CREATE INDEX comparisons_answer_a ON comparisons (response_a_id);--> statement-breakpoint
CREATE INDEX comparisons_answer_b ON comparisons (response_b_id) WHERE response_b_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX snapshot_comparisons_comparison ON snapshot_comparisons (comparison_id);--> statement-breakpoint
CREATE INDEX evaluation_items_comparison ON evaluation_items (comparison_id);--> statement-breakpoint
CREATE INDEX generation_answers_response ON generation_answers (response_id);--> statement-breakpoint
CREATE INDEX bookmarks_comparison ON bookmarks (comparison_id);--> statement-breakpoint
CREATE INDEX notifications_comparison ON notifications (comparison_id) WHERE comparison_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX tasks_slot ON tasks (slot_id) WHERE slot_id IS NOT NULL;--> statement-breakpoint
CREATE INDEX prompts_import ON prompts (import_id) WHERE import_id IS NOT NULL;
