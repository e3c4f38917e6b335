ALTER TABLE "evaluation_items" ALTER COLUMN "base_rejected" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "evaluation_items" ALTER COLUMN "parent_rejected" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "evaluation_items" ALTER COLUMN "checkpoint_rejected" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "evaluation_items" ALTER COLUMN "tokens_rejected" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "generations" ADD COLUMN "single_prompt_ids" uuid[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "evaluation_items" ADD CONSTRAINT "evaluation_items_sides" CHECK (num_nulls("evaluation_items"."base_rejected", "evaluation_items"."parent_rejected", "evaluation_items"."checkpoint_rejected", "evaluation_items"."tokens_rejected") in (0, 4));