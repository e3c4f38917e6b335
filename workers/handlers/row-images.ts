import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { ArtifactDamaged } from '#lib/server/artifacts/store.ts';
import type { Artifacts } from '#lib/server/artifacts/store.ts';
import { HEAD_BYTES, sniff } from '#lib/server/artifacts/sniff.ts';
import { readJsonl } from '#lib/server/records/jsonl.ts';

/** Fields of a row that name images. */
const FIELDS = ['images', 'rejected_images'] as const;
const NAME = /^artifact:([0-9a-f]{64})$/;

type Row = Record<string, unknown>;

/** An image of the store as a file of its own on this host, its bytes checked, named by what they are. */
export async function layOutImage(artifacts: Artifacts, sha256: string, dir: string): Promise<{ path: string; mediaType: string }> {
	const found = await sniff(await buffer(artifacts.read(sha256, { start: 0, end: HEAD_BYTES - 1 })).catch(() => Buffer.alloc(0)));
	if (found.kind !== 'image') throw new ArtifactDamaged(sha256, 'is missing from the store, or no image');
	const path = join(dir, `${sha256}.${found.mediaType.slice('image/'.length)}`);
	await artifacts.layOutFile(sha256, path);
	return { path, mediaType: found.mediaType };
}

/** Whether a row names images; anything but the hashes of artifacts in their place is a row that nobody made here. */
function namesOf(row: Row): string[] {
	return FIELDS.flatMap((field) => {
		const list = row[field] ?? [];
		if (!Array.isArray(list)) throw new Error(`a row's “${field}” is no list`);
		return list.map((name) => {
			const sha256 = NAME.exec(String(name))?.[1];
			if (sha256 === undefined) throw new Error(`a row's “${field}” names something that is no artifact`);
			return sha256;
		});
	});
}

/**
 * Puts paths in the place of `artifact:<sha256>` and the images beside the rows,
 * each copied once and checked. Gives the file to train on: the same one when
 * no row holds an image.
 * @throws ArtifactDamaged when an image is missing or its bytes do not match its name
 */
export async function withImages(artifacts: Artifacts, rows: string, dir: string): Promise<string> {
	async function* read(strict: boolean): AsyncGenerator<Row> {
		for await (const item of readJsonl(createReadStream(rows))) {
			if ('value' in item) yield item.value as Row;
			// A row longer than anything that is imported: it holds no image, or it cannot be placed.
			else if (strict) throw new Error(`a row ${item.error}`);
		}
	}
	const paths = new Map<string, string>();
	for await (const row of read(false)) {
		for (const sha256 of namesOf(row)) if (!paths.has(sha256)) paths.set(sha256, (await layOutImage(artifacts, sha256, join(dir, 'images'))).path);
	}
	if (paths.size === 0) return rows;
	const target = join(dir, 'train-with-images.jsonl');
	async function* placed(): AsyncGenerator<string> {
		for await (const row of read(true)) {
			for (const field of FIELDS) if (Array.isArray(row[field])) row[field] = row[field].map((name) => paths.get(String(name).slice('artifact:'.length)));
			yield `${JSON.stringify(row)}\n`;
		}
	}
	await pipeline(placed, createWriteStream(target, { mode: 0o600 }));
	return target;
}
