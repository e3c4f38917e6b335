import { DrizzleQueryError } from 'drizzle-orm';
import { expect, it } from 'vitest';
import { databaseAway, NotBegun } from './database-away.ts';

const coded = (code: string) => Object.assign(new Error(code), { code });
const query = (code: string) => new DrizzleQueryError('select 1', [], coded(code));

it('knows a database that is going, coming, or not there', () => {
	for (const code of ['CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECT_TIMEOUT', '57P01', '57P02', '57P03', '08006']) expect([databaseAway(coded(code)), databaseAway(query(code))], code).toEqual([true, true]);
	for (const code of ['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND']) expect([databaseAway(query(code)), databaseAway(new NotBegun(coded(code)))], code).toEqual([true, true]);
	expect(databaseAway(new Error('a use case', { cause: query('ECONNREFUSED') }))).toBe(true);
});

it('takes no store, no endpoint and no disk for it, nor what the database refuses', () => {
	for (const error of [coded('ECONNREFUSED'), new TypeError('fetch failed', { cause: coded('ECONNREFUSED') }), coded('ENOSPC'), coded('EIO'), query('23505'), query('53100'), 'CONNECTION_CLOSED', null]) expect(databaseAway(error)).toBe(false);
});

it('says of a transaction that did not begin what was in its way', () => {
	expect(new NotBegun(coded('ECONNREFUSED')).message).toContain('ECONNREFUSED');
});
