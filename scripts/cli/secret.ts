import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { misused } from './ending.ts';
import type { Tools } from './tools.ts';

/** From a terminal without showing it; from a pipe as it comes. */
export async function readSecret({ stdin, err }: Pick<Tools, 'stdin' | 'err'>, what: string): Promise<string> {
	if (!stdin.isTTY) return (await text(stdin)).trim();
	err.write(`${what}: `);
	const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
	const reader = createInterface({ input: stdin, output: silent, terminal: true });
	try {
		return (await reader.question('')).trim();
	} finally {
		reader.close();
		err.write('\n');
	}
}

/** The password with which a person signs: never from the command line, which other users of the machine can see. */
export async function readPassword(tools: Pick<Tools, 'stdin' | 'err'>, env: NodeJS.ProcessEnv): Promise<string> {
	const password = env['PLUMBLINE_PASSWORD'] ?? (await readSecret(tools, 'Your password, with which you sign (it is not shown)'));
	if (password === '') throw misused('A decision is signed with your password: type it, pipe it in, or set PLUMBLINE_PASSWORD.');
	return password;
}
