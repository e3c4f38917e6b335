import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { StoreDenied } from './artifacts/store-denied.ts';
import { StoreAway, StoreTaken } from './artifacts/store-mark.ts';
import { ArtifactDamaged } from './artifacts/store.ts';
import { outOfReach } from './out-of-reach.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const answered = (status: number) => new S3ServiceException({ name: 'Answer', $fault: 'server', $metadata: { httpStatusCode: status } });

it('knows a connection that nobody takes, however deep it stands in the error', async () => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	const refused = await new Promise<Error>((resolve) => connect(port, '127.0.0.1').once('error', resolve));
	expect(outOfReach(refused)).toBe(true);
	expect(outOfReach(new Error('Failed query', { cause: new Error('socket', { cause: refused }) }))).toBe(true);
});

it('knows a database that is going or coming, and a store that cannot answer', () => {
	for (const code of ['CONNECTION_CLOSED', '57P01', '57P02', '57P03', '08006']) expect(outOfReach(new Error('query', { cause: coded(code) })), code).toBe(true);
	expect([outOfReach(answered(503)), outOfReach(answered(429))]).toEqual([true, true]);
});

it('knows a disk that has no room or broke, and a store whose folder is another', () => {
	for (const error of [...['ENOSPC', 'EDQUOT', 'EIO', 'ESTALE', 'ENOTCONN', 'EROFS'].map(coded), new StoreAway('/mnt/store', 'its id'), new StoreAway('/mnt/store', null), new StoreDenied('/mnt/store', '/mnt/store/sha256/ab', 'EACCES'), new StoreTaken('/mnt/store')]) expect(outOfReach(error), error.message).toBe(true);
});

it('takes nothing else for it: what is damaged, refused or wrong stays so', () => {
	for (const error of [new ArtifactDamaged('a', 'is missing from the store'), answered(403), answered(404), coded('23505'), coded('ENOENT'), coded('EACCES'), new TypeError('x is undefined'), 'ECONNRESET', null]) expect(outOfReach(error)).toBe(false);
});
