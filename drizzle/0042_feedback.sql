CREATE TABLE "gateway_feedback" (
	"request_id" uuid PRIMARY KEY NOT NULL,
	"key_id" uuid NOT NULL,
	"thumb" text,
	"edit" text,
	"comment" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"import_id" uuid,
	CONSTRAINT "gateway_feedback_thumb" CHECK ("gateway_feedback"."thumb" in ('up','down'))
);
--> statement-breakpoint
DROP INDEX "judgments_brought";--> statement-breakpoint
ALTER TABLE "imports" ADD COLUMN "brings" text DEFAULT 'import' NOT NULL;--> statement-breakpoint
ALTER TABLE "gateway_feedback" ADD CONSTRAINT "gateway_feedback_request_id_gateway_requests_id_fk" FOREIGN KEY ("request_id") REFERENCES "public"."gateway_requests"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_feedback" ADD CONSTRAINT "gateway_feedback_key_id_gateway_keys_id_fk" FOREIGN KEY ("key_id") REFERENCES "public"."gateway_keys"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "gateway_feedback" ADD CONSTRAINT "gateway_feedback_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "gateway_feedback_key" ON "gateway_feedback" USING btree ("key_id");--> statement-breakpoint
CREATE INDEX "gateway_feedback_import" ON "gateway_feedback" USING btree ("import_id") WHERE import_id is not null;--> statement-breakpoint
CREATE INDEX "judgments_brought" ON "judgments" USING btree ("judge_ref") WHERE origin in ('import','feedback');--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_brings" CHECK ("imports"."brings" in ('import','feedback'));--> statement-breakpoint
-- Judgments that an undone import brought go with it, also those that it brought of what people said in use.
CREATE OR REPLACE FUNCTION refuse_change_of_judgment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND OLD.origin IN ('import', 'feedback') AND EXISTS (SELECT 1 FROM imports i WHERE i.id = OLD.judge_ref::uuid AND i.status = 'undone') THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, lower(TG_OP) USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
