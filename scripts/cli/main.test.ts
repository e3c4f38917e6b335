import { expect, it } from 'vitest';
import { main } from './main.ts';

/** How a call ends, and what it says, without a server. */
async function call(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
	const said = { out: '', err: '' };
	const sink = (name: 'out' | 'err') => ({ write: (text: string) => void (said[name] += text) });
	const code = await main(argv, { env: {}, stdin: process.stdin, out: sink('out') as never, err: sink('err') as never });
	return { code, ...said };
}

it.each([
	[['--json', 'nosuch'], 'nosuch'],
	[['nosuch', '--json'], 'nosuch'],
	[['--json', 'import'], 'argument'],
	[['--json', 'round', 'show', 'tenancy', '--nosuch'], '--nosuch'],
	[['--json', 'round'], '--help'],
	[['--json'], '--help'],
	[['--json', 'round', 'wait', 'x', '--timeout', 'soon'], 'soon']
])('what is called wrongly says so as JSON alone: %j', async (argv, names) => {
	const { code, out, err } = await call(...argv);
	expect({ code, out }).toEqual({ code: 2, out: '' });
	const said = JSON.parse(err) as { error: { message: string }; exitCode: number };
	expect(said).toMatchObject({ error: { code: 'misused', message: expect.stringContaining(names) as string }, exitCode: 2 });
	expect(said.error.message).not.toMatch(/^error:|\n/u);
});

it('says it in words without --json, and helps', async () => {
	expect(await call('nosuch')).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--help') as string });
	expect(await call('--help')).toMatchObject({ code: 0, err: '' });
	expect(await call('round', 'show', '--help', '--json')).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Usage') as string });
});
