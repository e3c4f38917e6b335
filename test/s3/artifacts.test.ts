import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { CreateBucketCommand, CreateMultipartUploadCommand, DeleteObjectCommand, ListMultipartUploadsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from '#lib/server/artifacts/bucket.ts';
import { clientFor } from '#lib/server/artifacts/bucket.ts';
import { openS3 } from '#lib/server/artifacts/s3.ts';
import { uploadFile } from '#lib/server/artifacts/s3-upload.ts';
import { describeArtifacts, sha256 } from '../support/artifact-contract.ts';
import { startS3 } from '../support/s3-server.ts';

/** The smallest part that S3 allows. */
const PART = 5 * 1024 * 1024;
const server = await startS3();
afterAll(() => server.stop());

const place: Bucket = { bucket: 'plumbline-test', prefix: 'some/where', endpoint: server.endpoint, region: 'us-east-1' };
const client = clientFor(place);
await client.send(new CreateBucketCommand({ Bucket: place.bucket }));
const keyOf = (name: string) => `some/where/sha256/${name.slice(0, 2)}/${name}`;

describeArtifacts(
	'an S3 bucket',
	async (dir) => ({
		store: openS3(place, { spoolDir: join(dir, 'spool'), partBytes: PART }),
		overwrite: async (name, Body) => {
			const at = { Bucket: place.bucket, Key: keyOf(name) };
			await (Body ? client.send(new PutObjectCommand({ ...at, Body })) : client.send(new DeleteObjectCommand(at)));
		}
	}),
	2 * PART + 12_345
);

describe('an upload to S3', () => {
	let dir = '';
	beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'plumbline-s3-'))));
	afterAll(() => rm(dir, { recursive: true, force: true }));

	it('goes on where another one was broken off: a part that is there is not sent again, a wrong one is', async () => {
		const bytes = randomBytes(3 * PART);
		const [path, name] = [join(dir, 'large'), sha256(bytes)];
		await writeFile(path, bytes);
		const at = { Bucket: place.bucket, Key: keyOf(name) };
		const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256' }));
		await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: bytes.subarray(0, PART) }));
		await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 2, Body: randomBytes(PART) }));
		const sent: number[] = [];
		const watched = clientFor(place);
		watched.middlewareStack.add(
			(next, context) => (args) => {
				if (context.commandName === 'UploadPartCommand') sent.push((args.input as { PartNumber: number }).PartNumber);
				return next(args);
			},
			{ step: 'initialize', name: 'watch' }
		);
		expect(await uploadFile({ client: watched, bucket: place.bucket, key: at.Key, partBytes: PART }, path, { sha256: name, bytes: bytes.length })).toBe('stored');
		expect(sent).toEqual([2, 3]);
		const store = openS3(place, { spoolDir: dir });
		expect(sha256(await buffer(store.read(name)))).toBe(name);
		const left = await client.send(new ListMultipartUploadsCommand({ Bucket: place.bucket, Prefix: at.Key }));
		expect(left.Uploads ?? []).toEqual([]);
	});

	it('never replaces what is there, unless it must', async () => {
		const path = join(dir, 'small');
		await writeFile(path, 'first');
		const target = { client, bucket: place.bucket, key: 'some/where/fixed' };
		const stored = { sha256: sha256(Buffer.from('first')), bytes: 5 };
		expect(await uploadFile(target, path, stored)).toBe('stored');
		expect(await uploadFile(target, path, stored)).toBe('exists');
		expect(await uploadFile(target, path, stored, true)).toBe('stored');
	});

	it.each([5, PART + 5])('of %i bytes that are not those that were hashed leaves nothing', async (bytes) => {
		const path = join(dir, 'changed');
		await writeFile(path, randomBytes(bytes));
		const name = sha256(randomBytes(bytes));
		await expect(uploadFile({ client, bucket: place.bucket, key: keyOf(name), partBytes: PART }, path, { sha256: name, bytes })).rejects.toThrow('changed while');
		expect(await openS3(place, { spoolDir: dir }).has(name)).toBe(false);
	});
});
