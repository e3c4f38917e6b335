import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { below, pathProblem } from '../../domain/source-path.ts';
import { clientFor, refusal } from '../artifacts/bucket.ts';
import type { Bucket } from '../artifacts/bucket.ts';
import type { Allowed } from '../outbound/addresses.ts';
import { hostOf, mayCall, OutboundRefused, vettedLookup } from '../outbound/outbound.ts';
import { changed, checkSize, SourceTrouble } from './reader.ts';
import type { Listing, SourceReader } from './reader.ts';

/** What a bucket is opened with. */
export type BucketKeys = { accessKeyId: string; secretAccessKey: string };

/** A download that breaks off goes on from its last byte, so often in a row. */
const TRIES = 4;

/** What a server answered instead, for who chose the file: never an address with a query, never a key. */
function trouble(error: unknown): SourceTrouble {
	if (error instanceof SourceTrouble) return error;
	const blocked = [error, (error as Error).cause].find((one) => one instanceof OutboundRefused);
	if (blocked) return new SourceTrouble(blocked.message, { again: false });
	const refused = refusal(error);
	if (refused?.status === 412) return changed();
	if (refused?.status === 404) return new SourceTrouble(refused.name === 'NoSuchBucket' ? 'There is no such bucket.' : 'There is no such file in the bucket.', { again: false });
	if (refused?.status === 401 || refused?.status === 403) return new SourceTrouble(`The bucket does not let these keys read it (${refused.name}).`, { again: false });
	if (refused && refused.status >= 400 && refused.status < 500 && refused.status !== 408 && refused.status !== 429) return new SourceTrouble(`The bucket’s server does not do what it was asked (${refused.name}).`, { again: false });
	return new SourceTrouble('The bucket’s server does not answer at the moment.', { again: true });
}

/** An administrator who names a server of the house means it: such a name may stand for an in-house address, though never for one at which clouds give credentials away. */
const meaning = (allowed: Allowed, endpoint: string): Allowed => ({ ...allowed, trusted: [hostOf(endpoint)] });

/**
 * Reads below a prefix of an S3-compatible bucket. Every address that the client
 * connects to is judged as those of model endpoints are.
 */
export async function bucketReader(place: Bucket, keys: BucketKeys, inhouse: Allowed): Promise<SourceReader> {
	const allowed = place.endpoint === null ? inhouse : meaning(inhouse, place.endpoint);
	const why = place.endpoint === null ? null : await mayCall(place.endpoint, allowed);
	if (why !== null) throw new SourceTrouble(why, { again: false });
	const client = clientFor(place, {
		credentials: keys,
		// An address that the environment names is for the artifact store: these keys are not its.
		ignoreConfiguredEndpointUrls: true,
		maxAttempts: 3,
		requestHandler: { connectionTimeout: 15_000, socketTimeout: 60_000, httpAgent: new HttpAgent({ keepAlive: true, lookup: vettedLookup('http:', allowed) }), httpsAgent: new HttpsAgent({ keepAlive: true, lookup: vettedLookup('https:', allowed) }) }
	});
	const at = (path: string) => ({ Bucket: place.bucket, Key: below(place.prefix, path) });

	async function list(path: string, { after, limit }: { after: string | null; limit: number }): Promise<Listing> {
		const top = below(place.prefix, path);
		const prefix = top === '' ? '' : `${top}/`;
		const found = await client.send(new ListObjectsV2Command({ Bucket: place.bucket, Prefix: prefix, Delimiter: '/', MaxKeys: limit, ...(after === null ? {} : { ContinuationToken: after }) }));
		// A key that no path of ours can name (an empty step, a control sign) cannot be chosen.
		const named = (key: string | undefined) => {
			const name = (key ?? '').slice(prefix.length).replace(/\/$/, '');
			return pathProblem(name) === null ? [{ name, path: below(path, name) }] : [];
		};
		return {
			folders: (found.CommonPrefixes ?? []).flatMap(({ Prefix }) => named(Prefix)),
			files: (found.Contents ?? []).filter(({ Key }) => !Key?.endsWith('/')).flatMap(({ Key, Size, LastModified, ETag }) => named(Key).map((one) => ({ ...one, bytes: Size ?? 0, modifiedAt: LastModified?.toISOString() ?? null, version: ETag ?? '' }))),
			next: found.NextContinuationToken ?? null
		};
	}

	async function* read(path: string, etag: string, bytes: number): AsyncGenerator<Uint8Array> {
		let from = 0;
		for (let tries = 1; from < bytes; tries++) {
			const before = from;
			try {
				const { Body } = await client.send(new GetObjectCommand({ ...at(path), IfMatch: etag, ...(from > 0 ? { Range: `bytes=${from}-` } : {}) }));
				for await (const chunk of Body as Readable as AsyncIterable<Uint8Array>) {
					from += chunk.byteLength;
					yield chunk;
				}
				if (from < bytes) throw new Error('the body ended early');
			} catch (error) {
				const why = trouble(error);
				if (!why.again || refusal(error)?.status === 412 || tries >= TRIES) throw why;
				if (from > before) tries = 0;
			}
		}
	}

	return {
		list: (path, page) => list(path, page).catch((error: unknown) => Promise.reject(trouble(error))),
		open: async (path) => {
			const { ETag = '', ContentLength = 0, LastModified, VersionId } = await client.send(new HeadObjectCommand(at(path))).catch((error: unknown) => Promise.reject(trouble(error)));
			checkSize(ContentLength);
			return { bytes: ContentLength, modifiedAt: LastModified?.toISOString() ?? null, version: VersionId === undefined ? ETag : `${ETag} ${VersionId}`, read: () => read(path, ETag, ContentLength), close: () => Promise.resolve() };
		},
		close: () => client.destroy()
	};
}
