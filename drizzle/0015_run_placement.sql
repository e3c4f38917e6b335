ALTER TABLE "run_attempts" ADD COLUMN "job_id" text;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "priority" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "launcher" text DEFAULT 'local' NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD COLUMN "cloned_from" uuid;--> statement-breakpoint
ALTER TABLE "workers" ADD COLUMN "draining" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_cloned_from_runs_id_fk" FOREIGN KEY ("cloned_from") REFERENCES "public"."runs"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_priority" CHECK ("runs"."priority" between -100 and 100);--> statement-breakpoint
ALTER TABLE "runs" ADD CONSTRAINT "runs_launcher" CHECK ("runs"."launcher" in ('local','slurm','ray','kubernetes'));