import { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { clientFor, refusal } from './bucket.ts';
import type { Bucket } from './bucket.ts';
import { uploadFile } from './s3-upload.ts';
import { spool } from './spool.ts';
import { ArtifactDamaged, checked, hashFile } from './store.ts';
import type { Artifacts, Stored } from './store.ts';
import { withTrees } from './trees.ts';

/** A download that breaks off goes on from its last byte, so often. */
const TRIES = 4;

const isMissing = (error: unknown): boolean => refusal(error)?.status === 404;

/**
 * An artifact store in an S3-compatible bucket, that any number of hosts share
 * without a common file system. What is stored is hashed on this host first,
 * in `spoolDir`: an object has its name from its first byte.
 */
export function openS3(place: Bucket, options: { spoolDir: string; partBytes?: number }): Artifacts {
	const client = clientFor(place);
	const keyOf = (sha256: string) => `${place.prefix === '' ? '' : `${place.prefix}/`}sha256/${sha256.slice(0, 2)}/${sha256}`;
	const at = (sha256: string) => ({ Bucket: place.bucket, Key: keyOf(sha256) });

	async function* bytesOf(sha256: string, part?: { start: number; end: number }): AsyncGenerator<Uint8Array> {
		let from = part?.start ?? 0;
		for (let tries = 1; ; tries++) {
			const asked = part || from > 0 ? { Range: `bytes=${from}-${part?.end ?? ''}` } : {};
			const before = from;
			try {
				const { Body } = await client.send(new GetObjectCommand({ ...at(sha256), ...asked }));
				for await (const chunk of Body as Readable as AsyncIterable<Uint8Array>) {
					from += chunk.byteLength;
					yield chunk;
				}
				return;
			} catch (error) {
				if (isMissing(error)) throw new ArtifactDamaged(sha256, 'is missing from the store');
				if (refusal(error) !== null || tries === TRIES) throw error;
				if (from > before) tries = 1;
			}
		}
	}

	async function head(sha256: string): Promise<{ checksum: string | undefined } | null> {
		try {
			const { ChecksumSHA256 } = await client.send(new HeadObjectCommand({ ...at(sha256), ChecksumMode: 'ENABLED' }));
			return { checksum: ChecksumSHA256 };
		} catch (error) {
			if (isMissing(error)) return null;
			throw error;
		}
	}

	/** A server that keeps the hash of what came in one piece says it; of what came in parts, or in another way, every byte is read. */
	async function verify(sha256: string): Promise<void> {
		const found = await head(sha256);
		if (!found) throw new ArtifactDamaged(sha256, 'is missing from the store');
		if (found.checksum === Buffer.from(sha256, 'hex').toString('base64')) return;
		for await (const chunk of checked(sha256, bytesOf(sha256))) void chunk;
	}

	async function store(path: string, stored: Stored): Promise<Stored> {
		const target = { client, bucket: place.bucket, key: keyOf(stored.sha256), ...(options.partBytes === undefined ? {} : { partBytes: options.partBytes }) };
		// Known before a byte is sent: the same file of another round costs one question.
		const uploaded = (await head(stored.sha256)) === null ? await uploadFile(target, path, stored) : 'exists';
		if (uploaded === 'exists') {
			await verify(stored.sha256).catch(async (error: unknown) => {
				if (!(error instanceof ArtifactDamaged)) throw error;
				await uploadFile(target, path, stored, true);
			});
		}
		return stored;
	}

	return withTrees({
		putStream: (source) => spool(options.spoolDir, source, store),
		putFile: async (path) => store(path, await hashFile(path)),
		has: async (sha256) => (await head(sha256)) !== null,
		read: (sha256, part) => Readable.from(part ? bytesOf(sha256, part) : checked(sha256, bytesOf(sha256)), { objectMode: false }),
		verify,
		list: async function* () {
			for (let token: string | undefined; ; ) {
				const page = await client.send(new ListObjectsV2Command({ Bucket: place.bucket, Prefix: keyOf('').slice(0, -1), ...(token === undefined ? {} : { ContinuationToken: token }) }));
				for (const { Key = '', Size = 0, LastModified } of page.Contents ?? []) {
					const sha256 = /\/([0-9a-f]{64})$/.exec(Key)?.[1];
					if (sha256 !== undefined && Key === keyOf(sha256)) yield { sha256, bytes: Size, modifiedAt: LastModified?.getTime() ?? Date.now() };
				}
				if (!page.IsTruncated) return;
				token = page.NextContinuationToken;
			}
		},
		remove: async (sha256) => void (await client.send(new DeleteObjectCommand(at(sha256))))
	});
}
