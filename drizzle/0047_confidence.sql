ALTER TABLE "gateway_requests" ADD COLUMN "confidence" double precision;--> statement-breakpoint
ALTER TABLE "gateway_settings" ADD COLUMN "measure_confidence" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "gateway_requests" ADD CONSTRAINT "gateway_requests_confidence" CHECK ("gateway_requests"."confidence" between 0 and 1);--> statement-breakpoint
ALTER TABLE "gateway_settings" ADD CONSTRAINT "gateway_settings_confidence" CHECK ("gateway_settings"."keep_payloads" or not "gateway_settings"."measure_confidence");