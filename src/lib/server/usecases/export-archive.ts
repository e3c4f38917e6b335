import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, artifactPath, MANIFEST_PATH } from '../../domain/archive-manifest.ts';
import type { ArchivedTable, PeopleAs } from '../../domain/archive-manifest.ts';
import { fail, ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { ArtifactDamaged } from '../artifacts/store.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import * as archive from '../db/archive.ts';
import { ARCHIVE_TABLES } from '../db/archive-tables.ts';
import { record } from '../db/audit.ts';
import type { Tx } from '../db/client.ts';
import * as walls from '../db/walls.ts';
import { zipOf } from '../records/snapshot-file.ts';
import { allow } from './access.ts';

/** What the transaction that all tables are read in is told when nobody reads on. */
class NobodyReads extends Error {}

/** A file of the archive under way: its bytes are counted and hashed as they go out. */
async function* counted(table: ArchivedTable, source: AsyncIterable<{ rows: number; text: string }>): AsyncGenerator<string> {
	const hash = createHash('sha256');
	for await (const { rows, text } of source) {
		hash.update(text);
		table.rows += rows;
		table.bytes += Buffer.byteLength(text);
		yield text;
	}
	table.sha256 = hash.digest('hex');
}

async function* peopleLines(tx: Tx, projectId: string, as: PeopleAs): AsyncGenerator<{ rows: number; text: string }> {
	const all = await archive.people(tx, ARCHIVE_TABLES, projectId);
	const named = all.map(({ id, name, email }, i) => (as === 'email' ? { id, name, email } : { id, name: `Person ${i + 1}`, email: null }));
	yield { rows: named.length, text: named.map((person) => `${JSON.stringify(person)}\n`).join('') };
}

/**
 * The record of a project as a whole, as one zip: a file of JSON lines a table, all
 * of one moment, the artifacts it cites by their hash, and a manifest with every
 * file's hash at the end. Made as it is read: what breaks off has no directory,
 * and its stream an error. For whoever may see everything: no wall may stand
 * before them. Who takes it is in the audit.
 */
export async function exportArchive(app: Pick<App, 'db' | 'artifacts' | 'log'>, actor: Actor, input: { slug: string; people: PeopleAs; weights: boolean }): Promise<Result<{ stream: Readable; name: string }>> {
	const access = await allow(app.db, actor, { slug: input.slug }, 'archive.export');
	if (!access.ok) return access;
	const { project } = access.value;
	if ((await walls.mattersBehind(app.db, project.id, actor.userId)).length > 0) return fail('walled', 'A wall stands between you and a matter of this project, and an archive holds everything. Somebody else must take it.');
	const cited = await app.db.transaction(async (tx) => {
		await record(tx, actor, { action: 'archive.export', projectId: project.id, subject: ['project', project.id], details: { people: input.people, weights: input.weights } });
		return archive.artifacts(tx, project.id, input.weights);
	});
	for (const sha256 of cited) {
		try {
			await app.artifacts.verify(sha256);
		} catch (error) {
			if (error instanceof ArtifactDamaged) return fail('gone', `A file that the project cites does not match its hash: ${error.message}. Put it back from a backup, or leave the weights out if it is one of them.`);
			throw error;
		}
	}

	const tables = ['people', ...ARCHIVE_TABLES.map(({ name }) => name)].map((name, i): ArchivedTable => ({ name, path: `tables/${String(i).padStart(2, '0')}-${name}.ndjson`, rows: 0, bytes: 0, sha256: '', columns: name === 'people' ? ['email', 'id', 'name'] : [] }));
	const artifacts: { sha256: string; bytes: number }[] = [];
	const moment = Promise.withResolvers<Tx>();
	const read = Promise.withResolvers<null>();
	/** One transaction for all tables: it is open until the last of them was read, or nobody reads on. */
	const reading = app.db.transaction(
		async (tx) => {
			moment.resolve(tx);
			await read.promise;
		},
		{ isolationLevel: 'repeatable read', accessMode: 'read only' }
	);
	reading.catch((error: unknown) => {
		moment.reject(error);
		if (!(error instanceof NobodyReads)) app.log.error({ err: error }, 'archive');
	});
	moment.promise.catch(() => undefined);
	read.promise.catch(() => undefined);

	const content = (table: ArchivedTable, i: number) =>
		async function* (): AsyncGenerator<string> {
			const tx = await moment.promise;
			const source = ARCHIVE_TABLES[i - 1];
			if (source) table.columns = await archive.columnsOf(tx, source);
			yield* counted(table, source ? archive.lines(tx, source, project.id, input.people === 'email') : peopleLines(tx, project.id, input.people));
			// What follows never changes: the moment is over.
			if (i === ARCHIVE_TABLES.length) read.resolve(null);
		};
	async function* artifact(sha256: string): AsyncGenerator<Uint8Array> {
		let bytes = 0;
		for await (const chunk of app.artifacts.read(sha256) as AsyncIterable<Uint8Array>) {
			bytes += chunk.byteLength;
			yield chunk;
		}
		artifacts.push({ sha256, bytes });
	}
	async function* manifest(): AsyncGenerator<string> {
		const { id, slug, name } = project;
		yield `${JSON.stringify({ format: ARCHIVE_FORMAT, version: ARCHIVE_VERSION, project: { id, slug, name }, people: input.people, weights: input.weights, tables, artifacts }, null, '\t')}\n`;
	}
	const stream = zipOf([
		...tables.map((table, i) => ({ path: table.path, content: content(table, i) })),
		...cited.map((sha256) => ({ path: artifactPath(sha256), content: () => artifact(sha256) })),
		{ path: MANIFEST_PATH, content: manifest }
	]);
	stream.once('close', () => read.reject(new NobodyReads()));
	return ok({ stream, name: `${project.slug}.plumbline.zip` });
}
