import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { AbortMultipartUploadCommand, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, ListMultipartUploadsCommand, ListPartsCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import type { CompletedPart, ListPartsCommandOutput, Part, S3Client } from '@aws-sdk/client-s3';
import { refusal } from './bucket.ts';
import type { Stored } from './store.ts';

/** Larger files go in parts of this size: so much is held in memory, and so much is lost when a connection breaks. */
const PART_BYTES = 16 * 1024 * 1024;
/** S3 takes at most 10,000 parts. */
const MOST_PARTS = 9_000;

/** How an upload ended: stored, or there already. */
export type Uploaded = 'stored' | 'exists';

type Target = { client: S3Client; bucket: string; key: string; partBytes?: number };

/** A file is hashed first and sent then: its name must be that of what was sent. */
const CHANGED = 'a file changed while it was stored';

const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64');

/** Whether a part that the server has is this one; by its SHA-256, or where a server does not keep that by its MD5. */
function isSame(part: Part | undefined, bytes: Buffer, checksum: string): boolean {
	if (part?.Size !== bytes.byteLength) return false;
	if (part.ChecksumSHA256 !== undefined) return part.ChecksumSHA256 === checksum;
	return part.ETag?.replaceAll('"', '') === createHash('md5').update(bytes).digest('hex');
}

async function partAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
	const bytes = Buffer.alloc(length);
	for (let read = 0; read < length; ) {
		const { bytesRead } = await file.read(bytes, read, length - read, start + read);
		if (bytesRead === 0) throw new Error(CHANGED);
		read += bytesRead;
	}
	return bytes;
}

/** The newest upload of this key that was begun and not ended, and its parts by number. */
async function begun({ client, bucket, key }: Target): Promise<{ id: string; parts: Map<number, Part> } | null> {
	let found: { id: string; at: number } | null = null;
	// Of one key: a thousand of them, a page's worth, are never begun.
	const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: key }));
	for (const { Key, UploadId, Initiated } of Uploads ?? []) {
		const at = Initiated?.getTime() ?? 0;
		if (Key === key && UploadId && (found === null || at >= found.at)) found = { id: UploadId, at };
	}
	if (found === null) return null;
	const parts = new Map<number, Part>();
	// Not with the client's paginator: some servers name a next page also after the last one.
	for (let PartNumberMarker: string | undefined, more = true; more; ) {
		const page: ListPartsCommandOutput = await client.send(new ListPartsCommand({ Bucket: bucket, Key: key, UploadId: found.id, PartNumberMarker }));
		for (const part of page.Parts ?? []) parts.set(part.PartNumber ?? 0, part);
		PartNumberMarker = page.NextPartNumberMarker;
		more = page.IsTruncated === true;
	}
	return { id: found.id, parts };
}

async function uploadParts(target: Target, file: FileHandle, stored: Stored, condition: { IfNoneMatch?: '*' }): Promise<void> {
	const { client, bucket: Bucket, key: Key } = target;
	const size = Math.max(target.partBytes ?? PART_BYTES, Math.ceil(stored.bytes / MOST_PARTS));
	const before = await begun(target);
	const UploadId = before?.id ?? (await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256' }))).UploadId;
	const parts: CompletedPart[] = [];
	const whole = createHash('sha256');
	for (let start = 0; start < stored.bytes; start += size) {
		const PartNumber = parts.length + 1;
		const Body = await partAt(file, start, Math.min(size, stored.bytes - start));
		const ChecksumSHA256 = sha256(Body);
		whole.update(Body);
		const there = before?.parts.get(PartNumber);
		const ETag = isSame(there, Body, ChecksumSHA256) ? there?.ETag : (await client.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ChecksumSHA256 }))).ETag;
		parts.push({ PartNumber, ETag, ChecksumSHA256 });
	}
	if (whole.digest('hex') !== stored.sha256) {
		await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
		throw new Error(CHANGED);
	}
	await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts: parts }, ...condition }));
}

async function upload(target: Target, path: string, stored: Stored, condition: { IfNoneMatch?: '*' }): Promise<void> {
	const file = await open(path);
	try {
		if (stored.bytes > (target.partBytes ?? PART_BYTES)) return await uploadParts(target, file, stored, condition);
		const Body = await partAt(file, 0, stored.bytes);
		const ChecksumSHA256 = sha256(Body);
		if (ChecksumSHA256 !== base64(stored.sha256)) throw new Error(CHANGED);
		await target.client.send(new PutObjectCommand({ Bucket: target.bucket, Key: target.key, Body, ChecksumSHA256, ...condition }));
	} finally {
		await file.close();
	}
}

/**
 * Stores a file whose hash is known, unless there is one of that name: written
 * under a condition where the server knows conditions. A large one goes in parts,
 * and goes on where an earlier try of anybody was broken off. `anew`: whatever is there is replaced.
 */
export async function uploadFile(target: Target, path: string, stored: Stored, anew = false): Promise<Uploaded> {
	const condition = anew ? {} : ({ IfNoneMatch: '*' } as const);
	for (let tries = 1; ; tries++) {
		try {
			await upload(target, path, stored, tries === 1 ? condition : {});
			return 'stored';
		} catch (error) {
			const refused = refusal(error);
			if (refused?.status === 412) return 'exists';
			// No conditions here, somebody else ended the same upload, or two of them met: once more, without.
			const passes = refused !== null && (refused.status === 501 || refused.status === 409 || refused.name === 'NoSuchUpload' || refused.name === 'InvalidPart');
			if (!passes || tries === 3) throw error;
		}
	}
}
