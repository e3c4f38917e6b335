CREATE TABLE "judgment_correction_texts" (
	"judgment_id" uuid PRIMARY KEY NOT NULL,
	"salt" text NOT NULL,
	"reason" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "judgment_corrections" (
	"judgment_id" uuid PRIMARY KEY NOT NULL,
	"reason_hash" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "judgment_correction_texts" ADD CONSTRAINT "judgment_correction_texts_judgment_id_judgment_corrections_judgment_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgment_corrections"("judgment_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "judgment_corrections" ADD CONSTRAINT "judgment_corrections_judgment_id_judgments_id_fk" FOREIGN KEY ("judgment_id") REFERENCES "public"."judgments"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "judgments_judge" ON "judgments" USING btree ("judge_user_id","project_id","id");--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON judgment_corrections FOR EACH ROW EXECUTE FUNCTION refuse_change();
