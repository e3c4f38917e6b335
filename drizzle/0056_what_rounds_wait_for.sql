ALTER TABLE "notifications" DROP CONSTRAINT "notifications_kind";--> statement-breakpoint
ALTER TABLE "evaluations" DROP CONSTRAINT "evaluations_status";--> statement-breakpoint
CREATE INDEX "notifications_subject" ON "notifications" USING btree ("subject_id");--> statement-breakpoint
ALTER TABLE "notifications" ADD CONSTRAINT "notifications_kind" CHECK ("notifications"."kind" in ('mention','comment','overturned','sent_back','assigned','overdue','signature','approval','refused','to_judge','to_adjudicate','to_freeze','to_mend','to_decide'));--> statement-breakpoint
ALTER TABLE "evaluations" ADD CONSTRAINT "evaluations_status" CHECK ("evaluations"."status" in ('queued','running','succeeded','failed','nothing_to_measure'));--> statement-breakpoint
UPDATE "evaluations" SET "status" = 'nothing_to_measure', "problem" = jsonb_set("problem", '{code}', CASE WHEN "problem"->>'message' LIKE 'Everything judged%' THEN '"images_only"'::jsonb ELSE '"no_held_out"'::jsonb END) WHERE "status" = 'failed' AND "problem"->>'code' = 'no_test_pairs';
