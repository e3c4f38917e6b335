CREATE TABLE "automation_step_texts" (
	"step_id" uuid PRIMARY KEY NOT NULL,
	"salt" text NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "automation_steps" DROP CONSTRAINT "automation_steps_kind";--> statement-breakpoint
ALTER TABLE "notifications" DROP CONSTRAINT "notifications_kind";--> statement-breakpoint
ALTER TABLE "user_profiles" ADD COLUMN "mail_off" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "automation_steps" ADD COLUMN "reason_hash" text;--> statement-breakpoint
ALTER TABLE "decision_proposal_texts" ADD COLUMN "outcome_salt" text;--> statement-breakpoint
ALTER TABLE "decision_proposal_texts" ADD COLUMN "outcome_reason" text;--> statement-breakpoint
ALTER TABLE "decision_proposals" ADD COLUMN "outcome_hash" text;--> statement-breakpoint
ALTER TABLE "automation_step_texts" ADD CONSTRAINT "automation_step_texts_step_id_automation_steps_id_fk" FOREIGN KEY ("step_id") REFERENCES "public"."automation_steps"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_profiles" ADD CONSTRAINT "user_profiles_always_mailed" CHECK (not ("user_profiles"."mail_off" && array['signature','to_decide']));--> statement-breakpoint
ALTER TABLE "automation_steps" ADD CONSTRAINT "automation_steps_declined" CHECK (("automation_steps"."kind" = 'declined') = ("automation_steps"."reason_hash" is not null));--> statement-breakpoint
ALTER TABLE "automation_steps" ADD CONSTRAINT "automation_steps_kind" CHECK ("automation_steps"."kind" in ('asked','approved','declined','swept','begun','refused'));--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_kind" CHECK ("notifications"."kind" in ('mention','comment','overturned','sent_back','assigned','overdue','signature','unsigned','approval','declined','refused','to_judge','to_adjudicate','to_freeze','to_mend','to_decide'));
--> statement-breakpoint
-- A proposal is still settled once; with its outcome comes the hash of why it was declined.
CREATE OR REPLACE FUNCTION refuse_change_of_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.outcome IS NULL
    AND (to_jsonb(OLD) - '{outcome,outcome_hash,settled_by,settled_at,decision_id}'::text[]) = (to_jsonb(NEW) - '{outcome,outcome_hash,settled_by,settled_at,decision_id}'::text[]) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
