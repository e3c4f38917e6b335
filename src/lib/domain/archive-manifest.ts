import * as v from 'valibot';
import { Sha256Schema } from './message.ts';

/** Format of a project's archive. A reader takes its own version alone. */
export const ARCHIVE_FORMAT = 'plumbline-archive';
export const ARCHIVE_VERSION = 1;
export const MANIFEST_PATH = 'manifest.json';

/** How people are named in an archive: by email and name, or as Person 1, 2, … */
export const PEOPLE = ['pseudonym', 'email'] as const;
export type PeopleAs = (typeof PEOPLE)[number];

const sha256 = Sha256Schema;
const size = v.pipe(v.number(), v.integer(), v.minValue(0));

/** One table's rows: a JSON object a line. */
const table = v.strictObject({ name: v.pipe(v.string(), v.regex(/^[a-z_]{1,63}$/u)), path: v.string(), rows: size, bytes: size, sha256, columns: v.array(v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,63}$/u))) });

/** What an archive holds, file by file. The archive's own hash is that of the manifest's bytes. */
export const ArchiveManifestSchema = v.strictObject({
	format: v.literal(ARCHIVE_FORMAT),
	version: v.literal(ARCHIVE_VERSION),
	project: v.strictObject({ id: v.pipe(v.string(), v.uuid()), slug: v.string(), name: v.string() }),
	people: v.picklist(PEOPLE),
	weights: v.boolean(),
	tables: v.array(table),
	artifacts: v.array(v.strictObject({ sha256, bytes: size }))
});
export type ArchiveManifest = v.InferOutput<typeof ArchiveManifestSchema>;
export type ArchivedTable = ArchiveManifest['tables'][number];

/** Where an artifact lies in an archive. */
export const artifactPath = (sha256: string): string => `artifacts/${sha256}`;

/** Reads a manifest; null when it is none of this version. */
export function readManifest(text: string): ArchiveManifest | null {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		return null;
	}
	const parsed = v.safeParse(ArchiveManifestSchema, value);
	return parsed.success ? parsed.output : null;
}
