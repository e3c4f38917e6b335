import { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';

/** A place in an S3-compatible bucket. Credentials are not part of it: the client takes them from the environment, as every S3 tool does. */
export type Bucket = { bucket: string; /** Without slashes at its ends; empty: the whole bucket. */ prefix: string; /** Null: Amazon's own. */ endpoint: string | null; region: string };

/** `s3://bucket/prefix` taken apart; null where it is none. */
export function parseBucket(url: string): Pick<Bucket, 'bucket' | 'prefix'> | null {
	const found = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(url);
	return found ? { bucket: found[1] ?? '', prefix: (found[2] ?? '').replace(/^\/+|\/+$/g, '') } : null;
}

/** Settings of the usual names: AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL, AWS_REGION or AWS_DEFAULT_REGION. */
export function bucketAt(place: Pick<Bucket, 'bucket' | 'prefix'>, env: Record<string, string | undefined>): Bucket {
	return { ...place, endpoint: env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? null, region: env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1' };
}

/** A client for a bucket. Its own checksums are off where we give the content's SHA-256: not every server knows the newer ones. `more`: what is otherwise for this one. */
export function clientFor({ endpoint, region }: Bucket, more: S3ClientConfig = {}): S3Client {
	return new S3Client({
		region,
		// Other servers seldom have a host name for every bucket.
		...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
		requestChecksumCalculation: 'WHEN_REQUIRED',
		responseChecksumValidation: 'WHEN_REQUIRED',
		maxAttempts: 5,
		...more
	});
}

/** What a server answered instead of doing it: the name of its error, and its status. */
export function refusal(error: unknown): { name: string; status: number } | null {
	return error instanceof S3ServiceException ? { name: error.name, status: error.$metadata.httpStatusCode ?? 0 } : null;
}
