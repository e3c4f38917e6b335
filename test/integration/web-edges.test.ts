import { request } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MOST_FORM_BYTES } from '#lib/server/api/form-body.ts';
import { tokenOf } from '../support/api.ts';
import type { ProblemBody } from '../support/api.ts';
import { openDoor } from '../support/door.ts';
import type { Door } from '../support/door.ts';
import { peopleOf } from '../support/people.ts';
import { startServer } from '../support/server.ts';
import type { Server } from '../support/server.ts';
import { createWorld } from '../support/world.ts';
import type { World } from '../support/world.ts';

let world: World;
let door: Door;
let server: Server;
let cookie: string;
let token: string;
beforeAll(async () => {
	world = await createWorld();
	door = await openDoor(world.url);
	server = await startServer({ url: door.url, dataDir: world.dataDir });
	const people = peopleOf(world);
	cookie = (await people.session((await people.account()).email)).header;
	token = await tokenOf(world, world.admin);
}, 120_000);
afterAll(async () => {
	await server?.stop();
	await door?.shut();
	await world?.close();
});

const ask = (path: string, init: RequestInit = {}) => fetch(server.origin + path, { redirect: 'manual', ...init });
/** The problem that an answer is, with its type. */
async function problem(answer: Response): Promise<ProblemBody & { type: string | null }> {
	return { ...((await answer.json()) as ProblemBody), type: answer.headers.get('content-type') };
}

describe('where no route answers a program', () => {
	it('it is told so in a problem document', async () => {
		const bearer = { authorization: `Bearer ${token}` };
		expect(await problem(await ask('/api/v1/nope', { headers: bearer }))).toMatchObject({ status: 404, code: 'not_found', type: 'application/problem+json', instance: expect.stringMatching(/^urn:plumbline:request:/) as string });
		expect(await problem(await ask('/api/v1/projects/%zz', { headers: bearer }))).toMatchObject({ status: 400, code: 'invalid_input', type: 'application/problem+json' });
		for (const path of ['/api/v1/healthz', '/healthz', '/readyz']) {
			const answer = await ask(path, { method: 'PUT', headers: bearer });
			expect(answer.headers.get('allow')).toBe('GET, HEAD');
			expect(await problem(answer)).toMatchObject({ status: 405, code: 'method_not_allowed', type: 'application/problem+json' });
		}
	});

	it('people get a page', async () => {
		const answer = await ask('/nope', { headers: { accept: 'text/html', cookie } });
		expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html']);
		await answer.body?.cancel();
	});
});

describe('a form that is larger than any page sends', () => {
	const own = () => ({ origin: server.origin, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' });
	const large = 'a'.repeat(MOST_FORM_BYTES + 1);
	const streamOf = (pieces: Uint8Array[]) => Readable.toWeb(Readable.from(pieces)) as ReadableStream<Uint8Array>;
	const inPieces = () => streamOf(Array.from({ length: MOST_FORM_BYTES / (1 << 20) + 1 }, () => new Uint8Array(1 << 20)));

	it('is not read, whoever sends it, whether or not it says how long it is', async () => {
		expect((await ask('/sign-in', { method: 'POST', headers: own(), body: large })).status).toBe(413);
		expect((await ask('/sign-in', { method: 'POST', headers: own(), body: inPieces(), duplex: 'half' } as RequestInit)).status).toBe(413);
		const said = await ask('/sign-in', { method: 'POST', headers: { ...own(), accept: 'application/json', 'x-sveltekit-action': 'true' }, body: large });
		expect(said.status).toBe(413);
		expect(await said.json()).toMatchObject({ type: 'error', error: { code: 'too_large' } });
	});

	it('is no obstacle to one that is not, also where it does not say how long it is', async () => {
		const email = `email=${encodeURIComponent('nobody@firm.example')}&password=wrong`;
		const body = streamOf([new TextEncoder().encode(email)]);
		const answers = [await ask('/sign-in', { method: 'POST', headers: own(), body: email }), await ask('/sign-in', { method: 'POST', headers: own(), body, duplex: 'half' } as RequestInit)];
		for (const answer of answers) expect([answer.status, (await answer.text()).includes('nobody@firm.example')]).toEqual([401, true]);
	});
});

describe('while the database is away', () => {
	beforeAll(() => door.shut());
	afterAll(() => door.open());

	const known = (): Record<string, string>[] => [{ cookie }, { authorization: `Bearer ${token}` }];

	it('the process is said to live, and not to be ready, also to who brings a cookie or a token', async () => {
		for (const headers of [{}, ...known()]) {
			expect((await ask('/healthz', { headers })).status).toBe(200);
			expect(await problem(await ask('/readyz', { headers }))).toMatchObject({ status: 503, code: 'not_ready', database: false });
		}
	});

	it('a program is told so under an id that the log has', async () => {
		for (const headers of known()) {
			const answer = await ask('/api/v1/projects', { headers });
			expect(answer.headers.get('retry-after')).toBe('5');
			const said = (await problem(answer)) as ProblemBody & { instance: string; type: string };
			expect(said).toMatchObject({ status: 503, code: 'not_ready', type: 'application/problem+json' });
			await expect.poll(server.output, { timeout: 30_000 }).toContain(said.instance.replace('urn:plumbline:request:', ''));
		}
	});

	it('people see a page that says so in both languages', async () => {
		const answer = await ask('/', { headers: { cookie, accept: 'text/html' } });
		const page = await answer.text();
		expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
		expect(page).toContain('Nothing you have judged is lost.');
		expect(page).toContain('您已评的内容不会丢失。');
		const id = /at the moment\. \(([0-9a-f-]{36})\)/.exec(page)?.[1] ?? 'none';
		await expect.poll(server.output, { timeout: 30_000 }).toContain(id);
	});

	it('so does what is met only by the page itself, whose sign-in asks nobody who they are', async () => {
		const own = { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded', 'x-sveltekit-action': 'true', accept: 'application/json' };
		const body = `email=${encodeURIComponent('nobody@firm.example')}&password=wrong`;
		const said = (await (await ask('/sign-in', { method: 'POST', headers: own, body })).json()) as { error: { requestId: string; message: string } };
		const { requestId } = said.error;
		expect(said).toMatchObject({ type: 'error', error: { code: 'not_ready', message: `The database cannot be reached at the moment. (${requestId})` } });
		await expect.poll(server.output, { timeout: 30_000 }).toContain(requestId);
		const page = await (await ask('/sign-in', { method: 'POST', headers: { ...own, 'x-sveltekit-action': 'false', accept: 'text/html' }, body })).text();
		expect(page).toMatch(/The database cannot be reached at the moment\.(?! \()/);
	});

	it('a form that a page sends by itself is told so, as its action would tell it', async () => {
		const headers = { cookie, origin: server.origin, 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json', 'x-sveltekit-action': 'true' };
		const answer = await ask('/account?/name', { method: 'POST', headers, body: 'name=Other' });
		expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
		expect(await answer.json()).toMatchObject({ type: 'error', status: 503, error: { code: 'not_ready', message: 'The database cannot be reached at the moment.' } });
	});

	it('what is answered before any page runs has the headers that all answers have', async () => {
		for (const answer of [await ask('/', { headers: { cookie, accept: 'text/html' } }), await ask('/sign-in', { method: 'POST', headers: { origin: server.origin, 'content-type': 'application/x-www-form-urlencoded' }, body: 'a'.repeat(MOST_FORM_BYTES + 1) })]) {
			expect([answer.headers.get('x-content-type-options'), answer.headers.get('referrer-policy')]).toEqual(['nosniff', 'same-origin']);
			await answer.body?.cancel();
		}
	});
});

describe('an installation that is reached by https', () => {
	it('tells browsers to stay with it, and takes nothing from a page of the same host in the clear', async () => {
		const host = 'plumbline.firm.example';
		const secure = await startServer({ url: world.url, dataDir: world.dataDir }, { ORIGIN: `https://${host}` });
		try {
			// Behind its proxy, with the name that people typed; fetch would not let a caller name the host.
			const send = (path: string, headers: Record<string, string> = {}) =>
				new Promise<{ status: number; hsts: string | undefined; text: string }>((resolve, reject) => {
					const asked = request(secure.origin + path, { method: headers['origin'] === undefined ? 'GET' : 'POST', headers: { host, ...headers } }, (answer) => {
						let text = '';
						answer.setEncoding('utf8').on('data', (piece: string) => void (text += piece)).on('end', () => resolve({ status: answer.statusCode ?? 0, hsts: answer.headers['strict-transport-security'], text }));
					});
					asked.on('error', reject).end(headers['origin'] === undefined ? undefined : headers['content-type'] === 'application/json' ? '{}' : 'email=a&password=b');
				});
			expect((await send('/sign-in')).hsts).toBe('max-age=31536000');
			const form = (origin: string) => send('/sign-in', { origin, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' });
			expect(await form(`http://${host}`)).toMatchObject({ status: 403, text: 'This form was sent from another site.' });
			expect((await form(`https://${host}`)).text).not.toContain('another site');
			const call = (origin: string) => send('/api/v1/tokens', { origin, cookie, 'content-type': 'application/json' });
			const refused = await call(`http://${host}`);
			expect([refused.status, (JSON.parse(refused.text) as ProblemBody).code]).toEqual([403, 'cross_site']);
			expect((await call(`https://${host}`)).status).toBe(201);
		} finally {
			await secure.stop();
		}
		expect((await ask('/sign-in')).headers.get('strict-transport-security')).toBeNull();
	});
});
