-- What one split held was kept for the whole snapshot: it is looked for anew.
TRUNCATE TABLE "snapshot_scans";--> statement-breakpoint
ALTER TABLE "snapshot_scans" DROP CONSTRAINT "snapshot_scans_snapshot_id_settings_version_pk";--> statement-breakpoint
ALTER TABLE "snapshot_scans" ADD COLUMN "split" text NOT NULL;--> statement-breakpoint
ALTER TABLE "snapshot_scans" ADD CONSTRAINT "snapshot_scans_snapshot_id_settings_version_split_pk" PRIMARY KEY("snapshot_id","settings_version","split");--> statement-breakpoint
ALTER TABLE "snapshot_scans" ADD CONSTRAINT "snapshot_scans_split" CHECK ("snapshot_scans"."split" in ('train','dev','test'));
