CREATE TABLE "prompt_counts" (
	"project_id" uuid PRIMARY KEY NOT NULL,
	"train" integer NOT NULL,
	"dev" integer NOT NULL,
	"test" integer NOT NULL,
	"uncompared" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "prompt_counts" ADD CONSTRAINT "prompt_counts_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE no action ON UPDATE no action;