import { describe, expect, it } from 'vitest';
import { readConfig } from '../config.ts';
import { bucketAt, parseBucket } from './bucket.ts';

describe('parseBucket', () => {
	it('takes a bucket and a prefix apart', () => {
		expect(parseBucket('s3://firm-models')).toEqual({ bucket: 'firm-models', prefix: '' });
		expect(parseBucket('s3://firm-models/plumbline/store/')).toEqual({ bucket: 'firm-models', prefix: 'plumbline/store' });
	});
	it.each(['/var/store', 's3://', 's3://UPPER', 's3://key:secret@bucket/x', 'https://bucket'])('takes %s for none', (url) => {
		expect(parseBucket(url)).toBeNull();
	});
});

describe('the artifact store in the settings', () => {
	const read = (env: Record<string, string>) => readConfig({ DATABASE_URL: 'postgres://h/d', PLUMBLINE_DATA_DIR: '/data', ...env }).artifacts;
	it('is a folder in the data folder, another folder, or a bucket at the usual address', () => {
		expect(read({})).toEqual({ kind: 'folder', dir: '/data/artifacts' });
		expect(read({ PLUMBLINE_ARTIFACTS: '/nfs/store' })).toEqual({ kind: 'folder', dir: '/nfs/store' });
		const env = { AWS_ENDPOINT_URL: 'http://all', AWS_ENDPOINT_URL_S3: 'http://s3', AWS_REGION: 'eu-central-1' };
		expect(read({ PLUMBLINE_ARTIFACTS: 's3://b-1/p', ...env })).toEqual({ kind: 's3', bucket: { bucket: 'b-1', prefix: 'p', endpoint: 'http://s3', region: 'eu-central-1' } });
		expect(bucketAt({ bucket: 'b-1', prefix: '' }, {})).toEqual({ bucket: 'b-1', prefix: '', endpoint: null, region: 'us-east-1' });
	});
	it('holds no credentials, and a wrong address is refused at the start', () => {
		expect(JSON.stringify(read({ PLUMBLINE_ARTIFACTS: 's3://b-1', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'hush' }))).not.toMatch(/AKIA|hush/);
		expect(() => read({ PLUMBLINE_ARTIFACTS: 's3://key:secret@b' })).toThrow('PLUMBLINE_ARTIFACTS: a folder, or s3://bucket/prefix');
	});
});
