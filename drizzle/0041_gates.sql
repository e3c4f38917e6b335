CREATE TABLE "decision_proposal_texts" (
	"proposal_id" uuid PRIMARY KEY NOT NULL,
	"salt" text NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "decision_proposals" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"checkpoint_id" uuid NOT NULL,
	"gate_id" uuid NOT NULL,
	"reason_hash" text NOT NULL,
	"figures" jsonb NOT NULL,
	"by_user_id" uuid NOT NULL,
	"by_role" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"outcome" text,
	"settled_by" uuid,
	"settled_at" timestamp with time zone,
	"decision_id" uuid,
	CONSTRAINT "decision_proposals_outcome" CHECK ("decision_proposals"."outcome" in ('signed','declined','withdrawn','overtaken')),
	CONSTRAINT "decision_proposals_settled" CHECK (("decision_proposals"."outcome" is null) = ("decision_proposals"."settled_at" is null)),
	CONSTRAINT "decision_proposals_signed" CHECK (("decision_proposals"."outcome" is not distinct from 'signed') = ("decision_proposals"."decision_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "decision_report_prompts" (
	"decision_id" uuid NOT NULL,
	"prompt_id" uuid NOT NULL,
	CONSTRAINT "decision_report_prompts_decision_id_prompt_id_pk" PRIMARY KEY("decision_id","prompt_id")
);
--> statement-breakpoint
CREATE TABLE "decision_reports" (
	"decision_id" uuid NOT NULL,
	"format" text NOT NULL,
	"locale" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "decision_reports_decision_id_format_locale_pk" PRIMARY KEY("decision_id","format","locale"),
	CONSTRAINT "decision_reports_format" CHECK ("decision_reports"."format" in ('document','html','pdf')),
	CONSTRAINT "decision_reports_locale" CHECK ("decision_reports"."locale" in ('en','zh'))
);
--> statement-breakpoint
CREATE TABLE "decision_signatures" (
	"decision_id" uuid NOT NULL,
	"place" smallint NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"signed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "decision_signatures_decision_id_place_pk" PRIMARY KEY("decision_id","place"),
	CONSTRAINT "decision_signatures_person" UNIQUE("decision_id","user_id"),
	CONSTRAINT "decision_signatures_place" CHECK ("decision_signatures"."place" in (1, 2))
);
--> statement-breakpoint
CREATE TABLE "decision_terms" (
	"decision_id" uuid PRIMARY KEY NOT NULL,
	"gate_id" uuid,
	"overridden" boolean NOT NULL,
	"four_eyes" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "gates" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"project_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"gate" jsonb NOT NULL,
	"created_by" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "gates_version" UNIQUE("project_id","version")
);
--> statement-breakpoint
ALTER TABLE "decisions" DROP CONSTRAINT "decisions_decision";--> statement-breakpoint
ALTER TABLE "notifications" DROP CONSTRAINT "notifications_kind";--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "four_eyes" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "decision_proposal_texts" ADD CONSTRAINT "decision_proposal_texts_proposal_id_decision_proposals_id_fk" FOREIGN KEY ("proposal_id") REFERENCES "public"."decision_proposals"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD CONSTRAINT "decision_proposals_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD CONSTRAINT "decision_proposals_checkpoint_id_checkpoints_id_fk" FOREIGN KEY ("checkpoint_id") REFERENCES "public"."checkpoints"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD CONSTRAINT "decision_proposals_gate_id_gates_id_fk" FOREIGN KEY ("gate_id") REFERENCES "public"."gates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD CONSTRAINT "decision_proposals_by_user_id_users_id_fk" FOREIGN KEY ("by_user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD CONSTRAINT "decision_proposals_settled_by_users_id_fk" FOREIGN KEY ("settled_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD CONSTRAINT "decision_proposals_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_report_prompts" ADD CONSTRAINT "decision_report_prompts_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_report_prompts" ADD CONSTRAINT "decision_report_prompts_prompt_id_prompts_id_fk" FOREIGN KEY ("prompt_id") REFERENCES "public"."prompts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_reports" ADD CONSTRAINT "decision_reports_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_signatures" ADD CONSTRAINT "decision_signatures_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_signatures" ADD CONSTRAINT "decision_signatures_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_terms" ADD CONSTRAINT "decision_terms_decision_id_decisions_id_fk" FOREIGN KEY ("decision_id") REFERENCES "public"."decisions"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "decision_terms" ADD CONSTRAINT "decision_terms_gate_id_gates_id_fk" FOREIGN KEY ("gate_id") REFERENCES "public"."gates"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gates" ADD CONSTRAINT "gates_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gates" ADD CONSTRAINT "gates_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "decision_proposals_open" ON "decision_proposals" USING btree ("checkpoint_id") WHERE outcome is null;--> statement-breakpoint
CREATE INDEX "decision_proposals_project" ON "decision_proposals" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "decision_reports_sha256" ON "decision_reports" USING btree ("sha256");--> statement-breakpoint
ALTER TABLE "decisions" ADD CONSTRAINT "decisions_decision" CHECK ("decisions"."decision" in ('promote','reject','more_data','roll_back'));--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_kind" CHECK ("notifications"."kind" in ('mention','comment','overturned','sent_back','assigned','overdue','signature'));--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON gates FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_terms FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_signatures FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_reports FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_report_prompts FOR EACH ROW EXECUTE FUNCTION refuse_change();--> statement-breakpoint
-- A gate is overridden by two people or not at all.
CREATE FUNCTION require_two_signatures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.overridden AND (SELECT count(*) FROM decision_signatures WHERE decision_id = NEW.decision_id) <> 2 THEN
    RAISE EXCEPTION 'decision % overrides a gate without two signatures', NEW.decision_id USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_terms_two_signatures';
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER two_signatures AFTER INSERT ON decision_terms DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_two_signatures();--> statement-breakpoint
-- What was signed first stays as it was signed; its end is written once.
CREATE FUNCTION refuse_change_of_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.outcome IS NULL
    AND (to_jsonb(OLD) - '{outcome,settled_by,settled_at,decision_id}'::text[]) = (to_jsonb(NEW) - '{outcome,settled_by,settled_at,decision_id}'::text[]) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON decision_proposals FOR EACH ROW EXECUTE FUNCTION refuse_change_of_proposal();
