-- A matter is written one way (Unicode NFC, one blank between words, none around): walls compare it exactly.
CREATE FUNCTION pg_temp.folded(matter text) RETURNS text LANGUAGE sql AS $$
  SELECT btrim(regexp_replace(CASE WHEN getdatabaseencoding() = 'UTF8' THEN normalize(matter, NFC) ELSE matter END, '[\s\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+', ' ', 'g'))
$$;--> statement-breakpoint
UPDATE prompts SET matter = nullif(pg_temp.folded(matter), '') WHERE matter <> pg_temp.folded(matter);--> statement-breakpoint
UPDATE import_rows SET matter = nullif(pg_temp.folded(matter), '') WHERE matter <> pg_temp.folded(matter);--> statement-breakpoint
UPDATE assignments SET filter = jsonb_set(filter, '{matter}', to_jsonb(pg_temp.folded(filter ->> 'matter'))) WHERE filter ->> 'matter' <> pg_temp.folded(filter ->> 'matter');--> statement-breakpoint
-- Of walls that turn out to be the same, the first one stands.
UPDATE walls w SET lifted_at = now(), lifted_by = w.raised_by WHERE w.lifted_at IS NULL AND EXISTS (
  SELECT 1 FROM walls first WHERE first.user_id = w.user_id AND first.project_id = w.project_id AND first.lifted_at IS NULL AND first.id < w.id AND pg_temp.folded(first.matter) = pg_temp.folded(w.matter));--> statement-breakpoint
UPDATE walls SET matter = pg_temp.folded(matter) WHERE matter <> pg_temp.folded(matter);--> statement-breakpoint
DROP FUNCTION pg_temp.folded(text);--> statement-breakpoint
CREATE TABLE "audiences" (
	"id" uuid PRIMARY KEY NOT NULL,
	"project_id" uuid NOT NULL,
	"requires" text[] NOT NULL,
	"language" text,
	"matter" text
);
--> statement-breakpoint
-- The id of an audience is made of what it says, so that who makes places need not look it up.
CREATE FUNCTION audience_of(project_id uuid, requires text[], language text, matter text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT substr(encode(sha256(convert_to(jsonb_build_array(project_id, requires, language, matter)::text, 'UTF8')), 'hex'), 1, 32)::uuid
$$;
--> statement-breakpoint
INSERT INTO audiences (id, project_id, requires, language, matter) SELECT DISTINCT audience_of(project_id, requires, language, matter), project_id, requires, language, matter FROM prompts;--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audiences FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
ALTER TABLE "slots" ADD COLUMN "audience_id" uuid;--> statement-breakpoint
UPDATE slots s SET audience_id = audience_of(p.project_id, p.requires, p.language, p.matter) FROM comparisons c JOIN prompts p ON p.id = c.prompt_id WHERE c.id = s.comparison_id;--> statement-breakpoint
ALTER TABLE "slots" ALTER COLUMN "audience_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "audiences" ADD CONSTRAINT "audiences_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_audience_id_audiences_id_fk" FOREIGN KEY ("audience_id") REFERENCES "public"."audiences"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audiences_project" ON "audiences" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "slots_audience" ON "slots" USING btree ("round_id","audience_id","order_key") WHERE judgment_id is null;
