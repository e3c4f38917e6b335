CREATE TABLE "assignment_cursors" (
	"assignment_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"cursor" bigint DEFAULT -1 NOT NULL,
	"empty_at" timestamp with time zone,
	CONSTRAINT "assignment_cursors_assignment_id_user_id_pk" PRIMARY KEY("assignment_id","user_id")
);
--> statement-breakpoint
ALTER TABLE "assignment_items" ADD COLUMN "order_key" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "assignments" ADD COLUMN "overdue_told_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "assignment_cursors" ADD CONSTRAINT "assignment_cursors_assignment_id_assignments_id_fk" FOREIGN KEY ("assignment_id") REFERENCES "public"."assignments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "assignment_cursors" ADD CONSTRAINT "assignment_cursors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "assignment_items_queue" ON "assignment_items" USING btree ("assignment_id","order_key");--> statement-breakpoint
CREATE INDEX "assignments_falling_due" ON "assignments" USING btree ("due_at") WHERE ended_at is null and overdue_told_at is null;--> statement-breakpoint
CREATE INDEX "delegations_project" ON "delegations" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "notifications_user" ON "notifications" USING btree ("user_id","id");