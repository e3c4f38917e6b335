import { DrizzleQueryError } from 'drizzle-orm';
import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { createLog } from './log.ts';

function logged(error: unknown): string {
	let text = '';
	const into = new Writable({
		write: (chunk: Buffer, _, done) => {
			text += chunk.toString();
			done();
		}
	});
	createLog('info', 'test', into).error({ err: error }, 'unexpected');
	return text;
}

it.each(['ECONNREFUSED', 'CONNECTION_CLOSED', '23505', undefined])('says of a failed query (%s) nothing that people wrote', (code) => {
	const text = logged(new DrizzleQueryError('select * from users where email = $1', ['ada@firm.example'], Object.assign(new Error('gone'), { code })));
	expect(text).toContain('a query failed');
	expect(text).not.toContain('ada@');
	expect(logged(new Error('outer', { cause: new DrizzleQueryError('select $1', ['ada@firm.example']) }))).not.toContain('ada@');
});

it('says what another error says', () => expect(logged(new Error('no such file'))).toContain('no such file'));
