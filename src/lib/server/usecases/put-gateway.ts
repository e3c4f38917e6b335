import type { ExportPlan } from '../../domain/checkpoint-export.ts';
import { ok, wrongField } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import { servedModel } from '../../domain/served-model.ts';
import type { App } from '../app.ts';
import type { Actor } from '../auth/actor.ts';
import { record } from '../db/audit.ts';
import * as champions from '../db/champions.ts';
import * as checkpoints from '../db/checkpoints.ts';
import * as deployments from '../db/deployments.ts';
import type { Server } from '../db/deployments.ts';
import * as gateway from '../db/gateway.ts';
import type { Gateway, GatewaySettings } from '../db/gateway.ts';
import * as feedback from '../db/gateway-feedback.ts';
import type { FeedbackCounts } from '../db/gateway-feedback.ts';
import * as requests from '../db/gateway-requests.ts';
import { allow } from './access.ts';
import { inTransaction } from './transaction.ts';

/** A name that applications write. `form`: the one that was promoted; null: as it was trained. `served`: whether a server answers for it now; `as_trained`: only in place of the form that was promoted; `unwell`: there are servers, and none of them answers. */
export type ServedModel = { name: string; checkpointId: string; checkpoint: string; form: ExportPlan | null; served: 'yes' | 'as_trained' | 'unwell' | 'no' };

/** What the gateway does for a project, and what it could serve. */
export type GatewayState = {
	settings: GatewaySettings;
	/** Gateway processes that live; none: nobody is answered. */
	gateways: Gateway[];
	/** Address that applications are given; null: no gateway lives and none was told. */
	baseUrl: string | null;
	/** Names that applications write, and what stands behind them now. */
	models: ServedModel[];
	/** Pairs that wait to be brought to judging. */
	shadowPairs: number;
	feedback: FeedbackCounts;
};

/** How the gateway serves a project. */
export async function readGateway(app: Pick<App, 'db' | 'config'>, actor: Actor, slug: string): Promise<Result<GatewayState>> {
	const access = await allow(app.db, actor, { slug }, 'deployment.read');
	if (!access.ok) return access;
	const { id } = access.value.project;
	const settings = await gateway.settings(app.db, id);
	const champion = await champions.championOf(app.db, id);
	const candidate = settings.candidateId === null ? null : await checkpoints.get(app.db, settings.candidateId);
	const [gateways, form, servers] = await Promise.all([gateway.living(app.db), champions.formOf(app.db, champion.id), deployments.servers(app.db)]);
	const [first] = gateways;
	const deployed = servers.filter(({ projectId, draining }) => projectId === id && !draining);
	const answers = (of: readonly Server[]) => of.some(({ baseUrl, health }) => baseUrl !== null && health !== 'down');
	const inForm = (formId: string | null) => deployed.filter((server) => server.checkpointId === champion.id && server.formId === formId);
	const [promoted, trained] = [inForm(form?.id ?? null), form ? inForm(null) : []];
	const ofCandidate = deployed.filter(({ checkpointId }) => checkpointId === candidate?.id);
	const lacking = (of: readonly Server[]) => (of.length > 0 ? 'unwell' : 'no');
	return ok({
		settings,
		gateways,
		baseUrl: app.config.gateway.url ?? (first ? `http://${first.hostname}:${first.port}/v1` : null),
		models: [
			{ name: servedModel(slug, { asked: 'champion' }), checkpointId: champion.id, checkpoint: champion.name, form: form?.plan ?? null, served: answers(promoted) ? 'yes' : answers(trained) ? 'as_trained' : lacking([...promoted, ...trained]) },
			...(candidate ? [{ name: servedModel(slug, { asked: 'candidate' }), checkpointId: candidate.id, checkpoint: candidate.name, form: null, served: answers(ofCandidate) ? 'yes' : lacking(ofCandidate) } as const] : [])
		],
		shadowPairs: await requests.countShadowPairs(app.db, id),
		feedback: await feedback.counts(app.db, id)
	});
}

/** Sets which checkpoint is tried beside the champion, on whom, and whether words of the traffic are kept. */
export async function putGateway(app: Pick<App, 'db'>, actor: Actor, input: GatewaySettings & { slug: string }): Promise<Result<GatewaySettings>> {
	return inTransaction(app.db, async (tx) => {
		const access = await allow(tx, actor, { slug: input.slug }, 'gateway.manage');
		if (!access.ok) return access;
		const projectId = access.value.project.id;
		const { candidateId, canaryPercent, shadowPercent, keepPayloads, payloadDays, measureConfidence } = input;
		if (candidateId === null && canaryPercent > 0) return wrongField('canaryPercent', '0 while there is no candidate');
		if (candidateId === null && shadowPercent > 0) return wrongField('shadowPercent', '0 while there is no candidate');
		if (!keepPayloads && shadowPercent > 0) return wrongField('shadowPercent', '0 while questions and answers are not kept: a pair to judge is both');
		if (!keepPayloads && measureConfidence) return wrongField('measureConfidence', 'false while questions and answers are not kept: it is measured to choose among them');
		if (candidateId !== null && (await checkpoints.get(tx, candidateId))?.projectId !== projectId) return wrongField('candidateId', 'a checkpoint of this project');
		const settings = { candidateId, canaryPercent, shadowPercent, keepPayloads, payloadDays, measureConfidence };
		await gateway.putSettings(tx, projectId, settings);
		await record(tx, actor, { action: 'gateway.put', projectId, subject: ['project', projectId], details: settings });
		return ok(settings);
	});
}
