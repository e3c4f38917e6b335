CREATE TABLE "playground_calls" (
	"id" uuid PRIMARY KEY DEFAULT new_id() NOT NULL,
	"deployment_id" uuid NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "responses" DROP CONSTRAINT "responses_source";--> statement-breakpoint
ALTER TABLE "generation_sources" ADD COLUMN "export_id" uuid;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD COLUMN "export_id" uuid;--> statement-breakpoint
ALTER TABLE "playground_calls" ADD CONSTRAINT "playground_calls_deployment_id_deployments_id_fk" FOREIGN KEY ("deployment_id") REFERENCES "public"."deployments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "playground_calls_deployment" ON "playground_calls" USING btree ("deployment_id");--> statement-breakpoint
ALTER TABLE "generation_sources" ADD CONSTRAINT "generation_sources_export_of" FOREIGN KEY ("export_id","checkpoint_id") REFERENCES "public"."checkpoint_exports"("id","checkpoint_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suite_runs" ADD CONSTRAINT "suite_runs_export_of" FOREIGN KEY ("export_id","checkpoint_id") REFERENCES "public"."checkpoint_exports"("id","checkpoint_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "suite_runs_export" ON "suite_runs" USING btree ("export_id") WHERE export_id is not null;--> statement-breakpoint
ALTER TABLE "generation_sources" ADD CONSTRAINT "generation_sources_form" CHECK ("generation_sources"."export_id" is null or "generation_sources"."checkpoint_id" is not null);--> statement-breakpoint
ALTER TABLE "responses" ADD CONSTRAINT "responses_source" CHECK ("responses"."source" in ('checkpoint','export','endpoint','person','import'));