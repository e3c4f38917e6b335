import { fail } from '@sveltejs/kit';
import * as v from 'valibot';
import { PROBLEMS } from '#lib/domain/problem.ts';
import type { Problem, Result } from '#lib/domain/problem.ts';
import { DrawRules, GatewaySettings, NewDeployment, NewGatewayKey } from '#lib/server/api/operations/serving.ts';
import { fieldErrors } from '#lib/server/api/serve.ts';
import { bringFeedback } from '#lib/server/usecases/bring-feedback.ts';
import { deployCheckpoint, listDeployments } from '#lib/server/usecases/deploy-checkpoint.ts';
import { drainDeployment, endDeployment } from '#lib/server/usecases/drain-deployment.ts';
import { endModelServer, restartModelServer } from '#lib/server/usecases/end-model-server.ts';
import { drawTraffic } from '#lib/server/usecases/draw-traffic.ts';
import { issueGatewayKey, listGatewayKeys, revokeGatewayKey } from '#lib/server/usecases/issue-gateway-key.ts';
import { judgeShadows } from '#lib/server/usecases/judge-shadows.ts';
import { putGateway, readGateway } from '#lib/server/usecases/put-gateway.ts';
import { listModelServers } from '#lib/server/usecases/read-model-server.ts';
import { servingChoices } from '#lib/server/usecases/serving-choices.ts';
import { listTraffic } from '#lib/server/usecases/read-traffic.ts';
import * as m from '#lib/paraglide/messages.js';
import { signedIn, valueOf } from '../../../../page-result.ts';
import { isRowId } from '../../../../row-id.ts';
import type { Actions, PageServerLoad } from './$types';

const SHOWN = 20;

export const load: PageServerLoad = async ({ locals, params, url, parent, depends }) => {
	depends('plumbline:serving');
	const actor = signedIn(locals, url);
	const { app, requestId } = locals;
	const before = url.searchParams.get('before');
	const gateway = valueOf(await readGateway(app, actor, params.slug), requestId);
	const { can } = await parent();
	return {
		gateway,
		deployments: valueOf(await listDeployments(app, actor, params.slug), requestId),
		servers: valueOf(await listModelServers(app, actor, params.slug), requestId),
		choices: can['deployment.manage'] ? valueOf(await servingChoices(app, actor, params.slug), requestId) : null,
		keys: can['gateway.manage'] ? valueOf(await listGatewayKeys(app, actor, params.slug), requestId) : null,
		traffic: valueOf(await listTraffic(app, actor, { slug: params.slug, limit: SHOWN, ...(isRowId(before) ? { cursor: before } : {}) }), requestId),
		first: !isRowId(before),
		/** What a link from a checkpoint's page asks to have served. */
		chosen: url.searchParams.get('serve')
	};
};

type Part = 'deploy' | 'serve' | 'server' | 'trial' | 'key' | 'pairs' | 'feedback' | 'draw';
/** A refusal for the form that it came from; of a key nothing goes back. */
const refused = (part: Part, problem: Problem) => fail(PROBLEMS[problem.code].status, { part, problem, made: undefined, brought: undefined, drawn: undefined });
const outcome = (part: Part, result: Result<unknown>) => (result.ok ? { part, problem: undefined, made: undefined, brought: undefined, drawn: undefined } : refused(part, result.problem));
const invalid = (part: Part, issues: readonly v.BaseIssue<unknown>[]) => {
	const errors = fieldErrors(issues);
	return refused(part, { code: 'invalid_input', detail: errors.map(({ message }) => message).join(' '), errors });
};
const NO_SUCH = (part: Part) => refused(part, { code: 'not_found', detail: 'There is no such row.' });

const text = (data: FormData, name: string): string => String(data.get(name) ?? '').trim();
/** What was chosen to be served, as `servableValue` writes it. */
const servable = (chosen: string): { checkpointId: string; exportId?: string } => {
	const [checkpointId = '', exportId] = chosen.split('/');
	return { checkpointId, ...(exportId === undefined ? {} : { exportId }) };
};
const number = (data: FormData, name: string): number | null => (text(data, name) === '' ? null : Number(text(data, name)));

export const actions: Actions = {
	deploy: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(NewDeployment, { ...servable(text(data, 'servable')), endpointId: text(data, 'endpointId'), concurrency: number(data, 'concurrency') ?? undefined });
		return parsed.success ? outcome('deploy', await deployCheckpoint(locals.app, actor, parsed.output)) : invalid('deploy', parsed.issues);
	},
	serve: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		// A form has a server of its own: it is asked for first, so that what stands beside it is what is refused.
		const [first, ...beside] = data.getAll('servable').map((chosen) => servable(String(chosen))).sort((a, b) => Number(b.exportId !== undefined) - Number(a.exportId !== undefined));
		if (!first) return refused('serve', { code: 'invalid_input', detail: m.serving_ours_none(), errors: [{ field: 'checkpointId', message: m.serving_ours_none() }] });
		const parsed = v.safeParse(NewDeployment, { ...first, beside: beside.map(({ checkpointId }) => checkpointId), gpus: number(data, 'gpus') ?? undefined, name: text(data, 'name') || undefined });
		return parsed.success ? outcome('serve', await deployCheckpoint(locals.app, actor, parsed.output)) : invalid('serve', parsed.issues);
	},
	restart: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = text(await request.formData(), 'id');
		return isRowId(id) ? outcome('server', await restartModelServer(locals.app, actor, id)) : NO_SUCH('server');
	},
	endServer: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = text(await request.formData(), 'id');
		return isRowId(id) ? outcome('server', await endModelServer(locals.app, actor, id)) : NO_SUCH('server');
	},
	server: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const id = text(data, 'id');
		if (!isRowId(id)) return NO_SUCH('server');
		const step = text(data, 'step');
		return outcome('server', step === 'end' ? await endDeployment(locals.app, actor, id) : await drainDeployment(locals.app, actor, { id, draining: step === 'drain' }));
	},
	trial: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const candidateId = text(data, 'candidateId');
		const parsed = v.safeParse(GatewaySettings, { candidateId: candidateId === '' || candidateId === 'none' ? null : candidateId, canaryPercent: number(data, 'canaryPercent') ?? 0, shadowPercent: number(data, 'shadowPercent') ?? 0, keepPayloads: data.get('keepPayloads') === 'on', payloadDays: number(data, 'payloadDays') ?? 30, measureConfidence: data.get('measureConfidence') === 'on' && data.get('keepPayloads') === 'on' });
		return parsed.success ? outcome('trial', await putGateway(locals.app, actor, { slug: params.slug, ...parsed.output })) : invalid('trial', parsed.issues);
	},
	key: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(NewGatewayKey, { name: text(data, 'name'), requestsPerMinute: number(data, 'requestsPerMinute') ?? undefined, tokensPerDay: number(data, 'tokensPerDay') });
		if (!parsed.success) return invalid('key', parsed.issues);
		const made = await issueGatewayKey(locals.app, actor, { slug: params.slug, ...parsed.output });
		return made.ok ? { part: 'key' as const, problem: undefined, made: { name: parsed.output.name, token: made.value.key, expiresAt: made.value.expiresAt }, brought: undefined, drawn: undefined } : refused('key', made.problem);
	},
	revoke: async ({ locals, url, request }) => {
		const actor = signedIn(locals, url);
		const id = text(await request.formData(), 'id');
		return isRowId(id) ? outcome('key', await revokeGatewayKey(locals.app, actor, id)) : NO_SUCH('key');
	},
	draw: async ({ locals, params, url, request }) => {
		const actor = signedIn(locals, url);
		const data = await request.formData();
		const parsed = v.safeParse(DrawRules, { thumbsDown: data.get('thumbsDown') === 'on', randomPercent: number(data, 'randomPercent') ?? 0, novel: number(data, 'novel') ?? 0, unsure: number(data, 'unsure') ?? 0 });
		if (!parsed.success) return invalid('draw', parsed.issues);
		const result = await drawTraffic(locals.app, actor, { slug: params.slug, rules: parsed.output });
		return result.ok ? { part: 'draw' as const, problem: undefined, made: undefined, brought: undefined, drawn: result.value.drawn } : refused('draw', result.problem);
	},
	feedback: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const brought = await bringFeedback(locals.app, actor, params.slug);
		return brought.ok ? { part: 'feedback' as const, problem: undefined, made: undefined, brought: { importId: brought.value.importId, n: brought.value.answers, passedOver: brought.value.passedOver }, drawn: undefined } : refused('feedback', brought.problem);
	},
	pairs: async ({ locals, params, url }) => {
		const actor = signedIn(locals, url);
		const brought = await judgeShadows(locals.app, actor, params.slug);
		return brought.ok ? { part: 'pairs' as const, problem: undefined, made: undefined, brought: { importId: brought.value.importId, n: brought.value.pairs, passedOver: brought.value.passedOver }, drawn: undefined } : refused('pairs', brought.problem);
	}
};
