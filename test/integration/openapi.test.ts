import { Readable } from 'node:stream';
import { Validator } from '@seriousme/openapi-schema-validator';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROBLEMS } from '#lib/domain/problem.ts';
import { problemDocument } from '#lib/server/api/fields.ts';
import { openApiDocument } from '#lib/server/api/openapi.ts';
import { PERMISSIONS } from '#lib/domain/permission.ts';
import { OPERATIONS } from '#lib/server/api/operations.ts';
import { problemsOf } from '#lib/server/api/operation.ts';
import type { Operation } from '#lib/server/api/operation.ts';
import { REQUESTS, serveGround } from '../support/api-walk.ts';
import type { Caller, Ground } from '../support/api-walk.ts';
import { createApi, tokenOf } from '../support/api.ts';
import type { Api, ApiAnswer, CallOptions } from '../support/api.ts';
import type { Server } from '../support/server.ts';

type Parameter = { name: string; in: string; required: boolean };
type Described = { operationId: string; parameters: Parameter[]; security?: unknown[]; responses: Record<string, { content?: Record<string, unknown> }> };

let ground: Ground;
let server: Server;
let close: (() => Promise<void>) | undefined;
let nobody: Api;
beforeAll(async () => {
	({ ground, server, close } = await serveGround());
	nobody = createApi(server.origin, null);
}, 120_000);
afterAll(() => close?.());

const documentOf = () => openApiDocument() as { openapi: string; paths: Record<string, Record<string, Described>> };
const described = (op: Operation): Described => documentOf().paths[op.path]?.[op.method.toLowerCase()] as Described;

/** Somebody who may call it and gets the success that is described. */
async function allowed(op: Operation): Promise<Caller> {
	const role = op.access === 'task.judge' ? 'annotator' : 'owner';
	const site = op.access !== 'public' && op.access !== 'signed-in' && (PERMISSIONS[op.access] as readonly string[]).every((one) => one === 'admin');
	if (op.access === 'public' || site) return { actor: ground.world.admin, role: null };
	return { actor: await ground.world.person(op.id.toLowerCase(), { slug: ground.slug, role }), role };
}

/** What an answer has that the document does not say; empty when it conforms. */
function departures(op: Operation, { status, body, headers }: ApiAnswer): string[] {
	const answer = op.answers[status];
	const type = headers.get('content-type')?.split(';')[0] ?? null;
	const said = described(op).responses[String(status)];
	if (!said) return [`${op.id}: ${status} is not described: ${JSON.stringify(body)}`];
	const types = Object.keys(said.content ?? {});
	if (types.length === 0 || op.method === 'HEAD' ? body !== null : !types.includes(type ?? '')) return [`${op.id}: ${status} came as ${type}, described as ${types.join(', ') || 'nothing'}`];
	if (answer !== undefined) {
		if (answer === null || typeof answer === 'string' || !('kind' in answer)) return [];
		const parsed = v.safeParse(answer, body);
		return parsed.success ? [] : [`${op.id}: ${status} ${parsed.issues.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`).join('; ')}`];
	}
	// An answer to HEAD has no body that could say more.
	if (op.method === 'HEAD') return [...problemsOf(op)].some((code) => PROBLEMS[code].status === status) ? [] : [`${op.id}: ${status} is none of its problems`];
	const problem = v.safeParse(problemDocument, body);
	if (!problem.success) return [`${op.id}: ${status} is no problem document: ${JSON.stringify(body)}`];
	const { code } = problem.output;
	const known = Object.keys(PROBLEMS).includes(code) && PROBLEMS[code as keyof typeof PROBLEMS].status === status;
	return known && problem.output.status === status ? [] : [`${op.id}: the problem ${code} came with ${status}`];
}

describe('the description of the API', () => {
	it('is a valid OpenAPI 3.1 document, served to everybody', async () => {
		const served = await nobody<Record<string, unknown>>('GET', '/openapi.json');
		expect(served.status).toBe(200);
		expect(served.body).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
		const result = await new Validator().validate(served.body);
		expect(result.errors ?? []).toEqual([]);
		expect(result.valid).toBe(true);
		expect(served.body['openapi']).toMatch(/^3\.1\./);
	});

	it('names every operation, its path parameters and what it needs', () => {
		const { paths } = documentOf();
		expect(Object.values(paths).flatMap((path) => Object.values(path).map((op) => op.operationId)).sort()).toEqual(OPERATIONS.map((op) => op.id).sort());
		for (const op of OPERATIONS) {
			const { parameters, security } = described(op);
			const inPath = [...op.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
			expect(parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name).sort(), op.id).toEqual(inPath.sort());
			expect(security, op.id).toEqual(op.access === 'public' ? [] : undefined);
		}
	});
});

describe('a walk through the API', () => {
	it('is answered as it is described when it goes well', async () => {
		const found: string[] = [];
		for (const op of OPERATIONS) {
			const caller = await allowed(op);
			const request = await REQUESTS[op.id]?.(ground, caller);
			if (!request) continue;
			const api = createApi(server.origin, await tokenOf(ground.world, caller.actor));
			if (op.id === 'followRun') {
				const controller = new AbortController();
				const response = await fetch(`${server.origin}/api/v1${request.path}`, { headers: { authorization: `Bearer ${await tokenOf(ground.world, caller.actor)}` }, signal: controller.signal });
				found.push(...departures(op, { status: response.status, body: '', headers: response.headers }));
				controller.abort();
				continue;
			}
			const answer = await api(op.method, request.path, request.options);
			if (!(answer.status in op.answers) && op.id !== 'readyz') found.push(`${op.id}: no success: ${answer.status} ${JSON.stringify(answer.body)}`);
			found.push(...departures(op, answer));
		}
		expect(found).toEqual([]);
	}, 240_000);

	it('is refused as it is described: without a token, with broken ids, bodies and parameters, about things that are not there', async () => {
		const found: string[] = [];
		const admin = createApi(server.origin, await tokenOf(ground.world, ground.world.admin));
		const stranger = createApi(server.origin, await tokenOf(ground.world, await ground.world.person('stranger')));
		const missing = '00000000-0000-7000-8000-000000000000';
		for (const op of OPERATIONS.filter(({ access }) => access !== 'public')) {
			const fill = (id: string, slug: string) => op.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'slug' ? slug : id));
			const query = op.id === 'createImport' ? '?format=jsonl' : '';
			const body = op.upload ? { raw: 'x' } : op.body ? { body: {} } : {};
			const tries: [string, Api, string, object][] = [
				['nobody', nobody, fill(missing, ground.slug) + query, body],
				['a stranger', stranger, fill(missing, ground.slug) + query, body],
				['a broken id', admin, fill('not-an-id', 'NOT A SLUG'.replaceAll(' ', '%20')) + query, body],
				['what is not there', admin, fill(missing, 'no-such-project') + query, body],
				...(op.body ? ([['no JSON', admin, fill(missing, ground.slug), { raw: '{"a":', headers: { 'content-type': 'application/json' } }], ['a list', admin, fill(missing, ground.slug), { body: [1] }], ['5 MB', admin, fill(missing, ground.slug), { body: 'x'.repeat(5_000_000) }]] as [string, Api, string, object][]) : []),
				...(op.query ? ([['a broken query', admin, `${fill(missing, ground.slug)}?format=%00&limit=-1&since=x&split=all`, body]] as [string, Api, string, object][]) : [])
			];
			for (const [what, api, path, options] of tries) {
				const answer = await api(op.method, path, options);
				if (answer.status >= 500) found.push(`${op.id}, ${what}: ${answer.status}`);
				found.push(...departures(op, answer).map((departure) => `${what}: ${departure}`));
			}
		}
		expect(found).toEqual([]);
	}, 240_000);

	it('is refused where its body has no media type, of which the framework hands on nothing: it must not count as empty', async () => {
		const token = await tokenOf(ground.world, ground.world.admin);
		const send = (op: Operation, body: BodyInit) => {
			const path = op.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => (name === 'slug' ? ground.slug : '00000000-0000-7000-8000-000000000000'));
			return fetch(`${server.origin}/api/v1${path}`, { method: op.method, headers: { authorization: `Bearer ${token}` }, body, duplex: 'half' } as RequestInit);
		};
		const bytes = () => new TextEncoder().encode('{"scopes":["project.read"]}');
		const answered: string[] = [];
		for (const op of OPERATIONS.filter(({ body }) => body)) {
			const answer = await send(op, bytes());
			answered.push(`${op.id}: ${answer.status}`);
			expect(v.parse(problemDocument, await answer.json()).code, op.id).toBe('unsupported_format');
		}
		expect(answered).toContain('issueOwnToken: 415');
		const issue = OPERATIONS.find(({ id }) => id === 'issueOwnToken') as Operation;
		expect((await send(issue, Readable.toWeb(Readable.from([bytes()])) as ReadableStream)).status).toBe(415);
	}, 120_000);

	it('is refused for numbers that no column holds', async () => {
		const admin = createApi(server.origin, await tokenOf(ground.world, ground.world.admin));
		const found: string[] = [];
		const look = async (what: string, method: string, path: string, options?: CallOptions) => {
			const { status } = await admin(method, path, options);
			if (status >= 500) found.push(`${what}: ${status}`);
		};
		const caller: Caller = { actor: ground.world.admin, role: null };
		for (const op of OPERATIONS.filter(({ method }) => method === 'GET')) {
			const request = await REQUESTS[op.id]?.(ground, caller);
			if (!request || !op.query || !('entries' in op.query)) continue;
			for (const name of Object.keys(op.query.entries as object)) {
				for (const value of ['2147483648', '-2147483649', '9223372036854775808', '1e300']) {
					const url = new URL(request.path, 'http://localhost');
					url.searchParams.set(name, value);
					await look(`${op.id} ${name}=${value}`, op.method, url.pathname + url.search);
				}
			}
		}
		for (const version of [2_147_483_648, 1e300]) {
			await look('markGuidelineRead', 'PUT', `/projects/${ground.slug}/guideline/read`, { body: { version } });
			await look('a saved rule', 'POST', `/projects/${ground.slug}/snapshots/preview`, { body: { saved: { name: 'usual', version } } });
			await look('rounds', 'POST', `/projects/${ground.slug}/snapshots/preview`, { body: { objective: 'dpo', rounds: [version] } });
		}
		expect(found).toEqual([]);
	}, 240_000);
});
