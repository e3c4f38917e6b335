import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientFor } from '#lib/server/artifacts/bucket.ts';
import * as snapshots from '#lib/server/db/snapshots.ts';
import type { AttemptAtHand } from '#lib/server/usecases/attempt-run.ts';
import { exportSnapshot } from '#lib/server/usecases/export-snapshot.ts';
import { freezeSnapshot } from '#lib/server/usecases/freeze-snapshot.ts';
import { readArtifact } from '#lib/server/usecases/read-artifact.ts';
import { uploadArtifact } from '#lib/server/usecases/upload-artifact.ts';
import { layOutRows } from '../../workers/handlers/training-data.ts';
import { png } from '../support/artifact-files.ts';
import { startS3 } from '../support/s3-server.ts';
import { createWorld, valueOf } from '../support/world.ts';
import type { World } from '../support/world.ts';

let server: Awaited<ReturnType<typeof startS3>>;
let world: World;
beforeAll(async () => {
	server = await startS3();
	await clientFor({ bucket: '', prefix: '', endpoint: server.endpoint, region: 'us-east-1' }).send(new CreateBucketCommand({ Bucket: 'firm' }));
	world = await createWorld({ PLUMBLINE_ARTIFACTS: 's3://firm/plumbline', AWS_ENDPOINT_URL_S3: server.endpoint });
});
afterAll(async () => {
	await world?.close();
	await server?.stop();
});

async function* one(bytes: Uint8Array) {
	yield bytes;
}

describe('a product whose artifact store is a bucket', () => {
	it('takes images, freezes, exports and lays rows out for the engine without a shared folder', async () => {
		const { slug } = await world.project();
		const image = png(6, 6);
		const { sha256 } = valueOf(await uploadArtifact(world.app, world.admin, { slug, declaredType: null, source: one(image) }));
		const { open } = valueOf(await readArtifact(world.app, world.admin, { slug, sha256 }));
		expect(await buffer(open())).toEqual(image);
		expect(await buffer(open({ start: 1, end: 3 }))).toEqual(image.subarray(1, 4));

		valueOf(await world.importRows(slug, Array.from({ length: 12 }, (_, n) => ({ prompt: `<image>Question ${n}?`, images: [sha256], chosen: `Better ${n}.`, rejected: `Worse ${n}.` }))));
		const frozen = valueOf(await freezeSnapshot(world.app, world.admin, { slug, objective: 'dpo', rule: { includeImports: true } }));
		const { stream, etag } = valueOf(await exportSnapshot(world.app, world.admin, { id: frozen.id, split: 'train', format: 'ms-swift' }));
		expect(createHash('sha256').update(await buffer(stream)).digest('hex')).toBe(etag);

		const files = await snapshots.files(world.app.db, frozen.id);
		const at = { run: { snapshotSha256: frozen.sha256 }, manifestSha256: frozen.sha256, files } as unknown as AttemptAtHand;
		expect((await layOutRows({ app: world.app }, at, join(world.dataDir, 'run'))).rows).toBe(frozen.rows.train);

		const { Contents } = await clientFor({ bucket: '', prefix: '', endpoint: server.endpoint, region: 'us-east-1' }).send(new ListObjectsV2Command({ Bucket: 'firm' }));
		const stored = (Contents ?? []).map(({ Key }) => Key);
		expect(stored).toContain(`plumbline/sha256/${sha256.slice(0, 2)}/${sha256}`);
		expect(stored.every((key) => key?.startsWith('plumbline/sha256/'))).toBe(true);
	});
});
