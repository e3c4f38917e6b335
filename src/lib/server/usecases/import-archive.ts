import { join } from 'node:path';
import * as v from 'valibot';
import { artifactPath } from '../../domain/archive-manifest.ts';
import type { ArchivedTable, ArchiveManifest } from '../../domain/archive-manifest.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as archive from '../db/archive.ts';
import { ARCHIVE_TABLES, NO_LONGER_TAKEN } from '../db/archive-tables.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as desensitisation from '../db/desensitisation.ts';
import { databaseError } from '../db/errors.ts';
import { jsonArrays, UnusableArchive, withArchive } from '../records/archive-file.ts';
import type { OpenArchive } from '../records/archive-file.ts';
import { spooled } from '../records/spool.ts';
import { allowSite } from './access.ts';
import { holdArchivedRows } from './hold-archived-rows.ts';
import { areStored } from './store-citing.ts';
import { inTransaction } from './transaction.ts';

/** A project that came out of an archive. `sha256` is that of the archive's manifest. `listsLeft`: what it hides by its own lists must be set anew, and nothing goes in or out until then. */
export type ImportedArchive = { id: string; slug: string; rows: number; artifacts: number; sha256: string; listsLeft: boolean };

const person = v.strictObject({ id: v.pipe(v.string(), v.uuid()), name: v.pipe(v.string(), v.minLength(1), v.maxLength(200)), email: v.nullable(v.pipe(v.string(), v.maxLength(254))) });

async function readPeople(opened: OpenArchive, table: ArchivedTable): Promise<archive.ArchivedPerson[]> {
	const all: archive.ArchivedPerson[] = [];
	for await (const { array } of jsonArrays(table.path, opened.read(table.path, table))) {
		const parsed = v.safeParse(v.array(person), JSON.parse(array));
		if (!parsed.success) throw new UnusableArchive(`“${table.path}” in the archive does not name people as it should.`);
		all.push(...parsed.output);
	}
	return all;
}

/** Tables that the archive names, in the order in which they are made. */
async function plan(tx: Tx, manifest: ArchiveManifest): Promise<{ people: ArchivedTable; tables: { from: ArchivedTable; to: (typeof ARCHIVE_TABLES)[number] }[] }> {
	const named = new Map(manifest.tables.map((table) => [table.name, table]));
	const people = named.get('people');
	if (!people || named.size !== manifest.tables.length) throw new UnusableArchive('“manifest.json” in the archive names no people, or a table twice.');
	const known = new Set(['people', ...ARCHIVE_TABLES.map(({ name }) => name), ...NO_LONGER_TAKEN]);
	for (const { name } of manifest.tables) if (!known.has(name)) throw new UnusableArchive(`The archive has a table “${name}” that this version of Plumbline does not know. Bring this server to the version it came from.`);
	const tables: { from: ArchivedTable; to: (typeof ARCHIVE_TABLES)[number] }[] = [];
	for (const to of ARCHIVE_TABLES) {
		const from = named.get(to.name);
		// An archive of an older version has fewer tables.
		if (!from) continue;
		const columns = await archive.columnsOf(tx, to);
		const strange = from.columns.find((column) => !columns.includes(column));
		if (strange !== undefined) throw new UnusableArchive(`The archive has a column “${strange}” of “${to.name}” that this version of Plumbline does not know. Bring this server to the version it came from.`);
		tables.push({ from, to });
	}
	return { people, tables };
}

/** Why an archive that lacks this is none of a project. */
const LACKING = {
	rounds: 'The archive’s rounds are none of a project: every project has its first from the day it is made, and they are numbered without a gap.',
	base: 'The archive does not name the one base model that every project begins with.'
};

/** Makes the whole record in the transaction. @throws UnusableArchive, which takes everything back */
async function make(tx: Tx, actor: Actor, opened: OpenArchive, slug: string): Promise<number> {
	const { manifest } = opened;
	const projectId = manifest.project.id;
	const { people: peopleTable, tables } = await plan(tx, manifest);
	const people = await archive.takePeople(tx, await readPeople(opened, peopleTable));
	await tx.execute('set constraints all deferred');
	let total = 0;
	for (const { from, to } of tables) {
		let rows = 0;
		for await (const batch of jsonArrays(from.path, opened.read(from.path, from))) {
			await archive.insert(tx, to, { columns: from.columns, array: batch.array, slug, people });
			rows += batch.rows;
		}
		if (rows !== from.rows) throw new UnusableArchive(`“${from.path}” in the archive has ${rows} rows and the manifest says ${from.rows}.`);
		total += rows;
	}
	for (const { from, to } of tables) if (to.name !== 'workers' && (await archive.count(tx, to, projectId)) !== from.rows) throw new UnusableArchive(`“${from.path}” in the archive has rows that are not of its project.`);
	const outside = await archive.pointsOutside(tx, ARCHIVE_TABLES, projectId);
	if (outside) throw new UnusableArchive(`Rows of “${outside}” in the archive point out of its project.`);
	const lacks = await archive.lacks(tx, projectId);
	if (lacks) throw new UnusableArchive(LACKING[lacks]);
	await holdArchivedRows(tx, projectId);
	await record(tx, actor, { action: 'archive.import', projectId, subject: ['project', projectId], details: { sha256: opened.sha256, people: manifest.people, rows: total } });
	return total;
}

async function take(app: Pick<App, 'db' | 'artifacts'>, actor: Actor, opened: OpenArchive, wanted: string | undefined): Promise<Result<ImportedArchive>> {
	const { manifest } = opened;
	const slug = wanted ?? manifest.project.slug;
	// Files first: a record must never cite what is not there. Those of an import that fails are found again by their hash.
	for (const { sha256, bytes } of manifest.artifacts) await app.artifacts.putStream(opened.read(artifactPath(sha256), { sha256, bytes }));
	return inTransaction(app.db, async (tx) => {
		const clash = await archive.clash(tx, { id: manifest.project.id, slug });
		if (clash === 'id') return fail('conflict', 'This project is here already. An archive makes a project that is not there; it does not go over one that is.');
		if (clash === 'slug') return fail('conflict', `slug: another project is called “${slug}”. Say slug=… to give this one another name.`, { errors: [{ field: 'slug', message: 'another project has this name' }], facts: { taken: slug } });
		if (!(await areStored(app, tx, manifest.artifacts))) return fail('conflict', 'A clean-up took one of its files away before it was entered. Send it again.');
		const rows = await make(tx, actor, opened, slug);
		return ok({ id: manifest.project.id, slug, rows, artifacts: manifest.artifacts.length, sha256: opened.sha256, listsLeft: await desensitisation.listsLeft(tx, manifest.project.id) });
	});
}

/**
 * Makes a project out of an archive: everything in one transaction with the ids it
 * had, or nothing. Every file's hash is checked against the manifest. People are
 * found by id or email, else made as accounts that nobody can sign in to until an
 * administrator lets them in.
 */
export async function importArchive(app: Pick<App, 'db' | 'artifacts' | 'config'>, actor: Actor, input: { source: AsyncIterable<Uint8Array>; slug?: string | undefined }): Promise<Result<ImportedArchive>> {
	const allowed = allowSite(actor, 'archive.import');
	if (!allowed.ok) return allowed;
	const folder = join(app.config.dataDir, 'incoming');
	try {
		for await (const outcome of spooled(input.source, folder, async function* (file) {
			yield await withArchive(file, (opened) => take(app, actor, opened, input.slug));
		})) return outcome;
		throw new Error('nothing was read');
	} catch (error) {
		if (error instanceof UnusableArchive) return fail('import_refused', error.message);
		const refused = databaseError(error);
		if (refused?.code === '23505') return fail('conflict', `Something of the archive is here already (${refused.constraint ?? 'an id'}). An archive makes a project that is not there.`);
		// Classes 22 and 23: rows that the record's own rules refuse.
		if (refused && /^2[23]/u.test(refused.code)) return fail('import_refused', `The archive’s rows break a rule of the record (${refused.constraint ?? refused.code}). Nothing was taken.`);
		throw error;
	}
}
