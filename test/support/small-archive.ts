import { createHash, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ARCHIVE_FORMAT, ARCHIVE_VERSION, MANIFEST_PATH } from '#lib/domain/archive-manifest.ts';
import { zipOf } from '#lib/server/records/snapshot-file.ts';

/** An archive of a project in which nothing has happened yet, and which is nowhere. `without`: rows that it lacks. */
export async function smallArchive(of: { slug?: string; without?: 'rounds' | 'checkpoints' } = {}): Promise<Buffer> {
	const id = randomUUID();
	const slug = of.slug ?? `archived-${id.slice(0, 8)}`;
	const row = { id, slug, name: slug, overlap: 1, seed: 'seed', split_salt: 'salt', split_shares: { train: 0.75, dev: 0.05, test: 0.2 } };
	const rows: Record<string, Record<string, unknown>[]> = {
		people: [],
		projects: [row],
		checkpoints: [{ id: randomUUID(), project_id: id, kind: 'base', name: 'base', location: 'bundled:smollm2-135m-instruct' }],
		rounds: [{ id: randomUUID(), project_id: id, number: 1, status: 'collecting' }]
	};
	const files = Object.fromEntries(Object.entries(rows).filter(([name]) => name !== of.without).map(([name, lines]) => [name, lines.map((line) => `${JSON.stringify(line)}\n`).join('')]));
	const tables = Object.entries(files).map(([name, content]) => ({
		name,
		path: `tables/${name}.ndjson`,
		rows: rows[name]?.length ?? 0,
		bytes: Buffer.byteLength(content),
		sha256: createHash('sha256').update(content).digest('hex'),
		columns: name === 'people' ? ['email', 'id', 'name'] : Object.keys(rows[name]?.[0] ?? {})
	}));
	const manifest = { format: ARCHIVE_FORMAT, version: ARCHIVE_VERSION, project: { id, slug, name: slug }, people: 'pseudonym', weights: false, tables, artifacts: [] };
	return buffer(zipOf([...Object.entries(files).map(([name, content]) => ({ path: `tables/${name}.ndjson`, content })), { path: MANIFEST_PATH, content: JSON.stringify(manifest) }]));
}
