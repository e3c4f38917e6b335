ALTER TABLE "run_attempts" ADD COLUMN "env" jsonb;--> statement-breakpoint
ALTER TABLE "run_attempts" ADD COLUMN "row_plan" jsonb;