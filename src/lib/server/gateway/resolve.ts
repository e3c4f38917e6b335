import { inCanary } from '../../domain/canary.ts';
import { parseServedModel, servedModel } from '../../domain/served-model.ts';
import type { Server } from '../db/deployments.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { NewRequest } from '../db/gateway-requests.ts';
import type { Directory, ServedProject } from '../usecases/serve-traffic.ts';
import type { Wanted } from './pool.ts';

/** A checkpoint that may answer, and by which way it comes to. The first is asked first; the next only where no server of the one before answers. */
export type Turn = Wanted & { way: Exclude<NewRequest['way'], 'shadow'> };
export type Resolved = { project: ServedProject; asked: NewRequest['asked']; turns: [Turn, ...Turn[]] };

/**
 * What an id stands for among what servers serve of a project: a form by the id of its export, or a checkpoint, which answers
 * as it was trained where some server serves that, else in the form that was deployed first. Null: nothing serves it.
 */
export function wantedBy(servers: readonly Server[], projectId: string, id: string): Wanted | null {
	const own = servers.filter((server) => server.projectId === projectId && (server.formId === id || server.checkpointId === id));
	const form = own.find(({ formId }) => formId === id);
	if (form) return { checkpointId: form.checkpointId, formId: id };
	const living = own.filter(({ draining }) => !draining);
	const forms = (living.length > 0 ? living : own).map(({ formId }) => formId);
	return forms.length === 0 ? null : { checkpointId: id, formId: forms.includes(null) ? null : (forms[0] ?? null) };
}

/** The candidate as its servers serve it. */
export const candidateOf = (servers: readonly Server[], projectId: string, candidateId: string): Wanted => wantedBy(servers, projectId, candidateId) ?? { checkpointId: candidateId, formId: null };

/** Servers that may be asked what no client asked them: words go to an endpoint only where an application sent them there, once its project hides something. */
export const unseenServers = ({ servers }: Directory, { hides }: Pick<ServedProject, 'hides'>): readonly Server[] => (hides ? servers.filter(({ ours }) => ours) : servers);

/** The champion in the form that was promoted; where no server of that answers, as it was trained, which the gate has seen; never in another form. */
function championTurns({ id, championId, championFormId }: ServedProject, servers: readonly Server[], way: Turn['way']): [Turn, ...Turn[]] {
	const promoted: Turn = { checkpointId: championId, formId: championFormId, way };
	const asTrained = championFormId !== null && servers.some((server) => server.projectId === id && server.checkpointId === championId && server.formId === null && !server.draining);
	return asTrained ? [promoted, { checkpointId: championId, formId: null, way }] : [promoted];
}

/** What a model's name comes to for this key and this person; null: there is no such model for it. */
export function resolveModel({ projects, servers }: Directory, key: KnownKey, of: { model: string; user: string }): Resolved | null {
	const named = parseServedModel(of.model);
	const project = projects.get(key.projectId);
	if (!named || !project || named.slug !== project.slug) return null;
	const { candidateId, canaryPercent } = project.settings;
	if (named.asked === 'candidate') return candidateId === null ? null : { project, asked: 'candidate', turns: [{ ...candidateOf(servers, project.id, candidateId), way: 'asked' }] };
	if (named.asked === 'checkpoint') {
		const wanted = wantedBy(servers, project.id, named.checkpointId);
		return wanted && { project, asked: 'checkpoint', turns: [{ ...wanted, way: 'asked' }] };
	}
	if (candidateId === null || candidateId === project.championId || !inCanary({ candidateId, percent: canaryPercent, user: of.user })) return { project, asked: 'champion', turns: championTurns(project, servers, 'asked') };
	// The candidate is on trial: where it cannot answer the champion does, never the other way round.
	return { project, asked: 'champion', turns: [{ ...candidateOf(servers, project.id, candidateId), way: 'canary' }, ...championTurns(project, servers, 'fallback')] };
}

/** Names of the models that a key may ask for and that some server serves. */
export function modelsFor({ projects, servers }: Directory, key: KnownKey): string[] {
	const project = projects.get(key.projectId);
	if (!project) return [];
	const there = servers.filter((server) => server.projectId === project.id && !server.draining && server.baseUrl !== null);
	const served = new Set(there.map(({ checkpointId }) => checkpointId));
	const forms = new Set(there.flatMap(({ formId }) => formId ?? []));
	const { candidateId } = project.settings;
	const championIsServed = there.some(({ checkpointId, formId }) => checkpointId === project.championId && (formId === null || formId === project.championFormId));
	return [
		...(championIsServed ? [servedModel(project.slug, { asked: 'champion' })] : []),
		...(candidateId !== null && served.has(candidateId) ? [servedModel(project.slug, { asked: 'candidate' })] : []),
		...[...[...served].sort(), ...[...forms].sort()].map((checkpointId) => servedModel(project.slug, { asked: 'checkpoint', checkpointId }))
	];
}
