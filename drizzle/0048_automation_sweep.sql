ALTER TABLE "automation_steps" DROP CONSTRAINT "automation_steps_kind";--> statement-breakpoint
ALTER TABLE "automation_steps" ADD COLUMN "sweep_id" uuid;--> statement-breakpoint
ALTER TABLE "automation_steps" ADD CONSTRAINT "automation_steps_sweep_id_sweeps_id_fk" FOREIGN KEY ("sweep_id") REFERENCES "public"."sweeps"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "automation_steps" ADD CONSTRAINT "automation_steps_swept" CHECK (("automation_steps"."kind" = 'swept') = ("automation_steps"."sweep_id" is not null));--> statement-breakpoint
ALTER TABLE "automation_steps" ADD CONSTRAINT "automation_steps_kind" CHECK ("automation_steps"."kind" in ('asked','approved','swept','begun','refused'));