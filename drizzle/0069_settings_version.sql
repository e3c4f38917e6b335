-- What was done or said before now told by the clock which settings it was about; from now on a number does.
ALTER TABLE "automations" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "automation_steps" ADD COLUMN "settings_version" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
UPDATE "automation_steps" s SET "settings_version" = 1 FROM "automations" a WHERE a."project_id" = s."project_id" AND s."created_at" >= a."set_at";--> statement-breakpoint
ALTER TABLE "automation_steps" ALTER COLUMN "settings_version" DROP DEFAULT;
