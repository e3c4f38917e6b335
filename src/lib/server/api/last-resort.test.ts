import { expect, it } from 'vitest';
import { fail } from '../../domain/problem.ts';
import { lastResort } from './last-resort.ts';

const { problem } = fail('not_ready', 'Not <now> & "here".', { facts: { retryAfter: 5 } });
const answer = (headers: Record<string, string>, isDataRequest = false) => lastResort({ request: new Request('http://here/', { headers }), isDataRequest, locals: { requestId: 'id-1' } }, problem, '<b>%sveltekit.status%</b> %sveltekit.error.message%');
const error = { code: 'not_ready', message: problem.detail, requestId: 'id-1' };

it('answers a form that a page sends by itself as its action would', async () => {
	const said = answer({ accept: 'application/json', 'x-sveltekit-action': 'true' });
	expect([said.status, said.headers.get('retry-after'), await said.json()]).toEqual([503, '5', { type: 'error', status: 503, error }]);
});

it('answers a page that asks for data, and who takes no page, in JSON', async () => {
	for (const said of [answer({ accept: 'text/html' }, true), answer({ accept: 'application/json' })]) expect([said.status, await said.json()]).toEqual([503, error]);
});

it('answers people, and who does not say what they take, with the page, in which no sign of the sentence acts', async () => {
	for (const said of [answer({ accept: 'text/html,*/*;q=0.8' }), answer({})]) {
		expect([said.status, said.headers.get('content-type'), said.headers.get('cache-control')]).toEqual([503, 'text/html; charset=utf-8', 'no-store']);
		expect(await said.text()).toBe('<b>503</b> Not &lt;now&gt; &amp; &quot;here&quot;. (id-1)');
	}
});
