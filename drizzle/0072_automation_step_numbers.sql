DROP INDEX "automation_steps_project";--> statement-breakpoint
-- Steps that there are get their numbers in the order that they were told in until now.
ALTER TABLE "automation_steps" ADD COLUMN "number" bigint;--> statement-breakpoint
UPDATE "automation_steps" s SET "number" = n.number FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM "automation_steps") n WHERE n.id = s.id;--> statement-breakpoint
ALTER TABLE "automation_steps" ALTER COLUMN "number" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "automation_steps" ALTER COLUMN "number" ADD GENERATED ALWAYS AS IDENTITY (sequence name "automation_steps_number_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1);--> statement-breakpoint
SELECT setval('automation_steps_number_seq', (SELECT coalesce(max("number"), 0) + 1 FROM "automation_steps"), false);--> statement-breakpoint
CREATE INDEX "automation_steps_project" ON "automation_steps" USING btree ("project_id","number");
