import { inCanary } from '../../domain/canary.ts';
import { parseServedModel, servedModel } from '../../domain/served-model.ts';
import type { KnownKey } from '../db/gateway-keys.ts';
import type { NewRequest } from '../db/gateway-requests.ts';
import type { Directory, ServedProject } from '../usecases/serve-traffic.ts';

/** A checkpoint that may answer, and by which way it comes to. The first is asked first; the next only where no server of the one before answers. */
export type Turn = { checkpointId: string; way: Exclude<NewRequest['way'], 'shadow'> };
export type Resolved = { project: ServedProject; asked: NewRequest['asked']; turns: [Turn, ...Turn[]] };

/** What a model's name comes to for this key and this person; null: there is no such model for it. */
export function resolveModel({ projects, servers }: Directory, key: KnownKey, of: { model: string; user: string }): Resolved | null {
	const named = parseServedModel(of.model);
	const project = projects.get(key.projectId);
	if (!named || !project || named.slug !== project.slug) return null;
	const { candidateId, canaryPercent } = project.settings;
	if (named.asked === 'candidate') return candidateId === null ? null : { project, asked: 'candidate', turns: [{ checkpointId: candidateId, way: 'asked' }] };
	if (named.asked === 'checkpoint') return servers.some((server) => server.projectId === project.id && server.checkpointId === named.checkpointId) ? { project, asked: 'checkpoint', turns: [{ checkpointId: named.checkpointId, way: 'asked' }] } : null;
	const champion: Turn = { checkpointId: project.championId, way: 'asked' };
	if (candidateId === null || candidateId === project.championId || !inCanary({ candidateId, percent: canaryPercent, user: of.user })) return { project, asked: 'champion', turns: [champion] };
	// The candidate is on trial: where it cannot answer the champion does, never the other way round.
	return { project, asked: 'champion', turns: [{ checkpointId: candidateId, way: 'canary' }, { ...champion, way: 'fallback' }] };
}

/** Names of the models that a key may ask for and that some server serves. */
export function modelsFor({ projects, servers }: Directory, key: KnownKey): string[] {
	const project = projects.get(key.projectId);
	if (!project) return [];
	const served = new Set(servers.filter((server) => server.projectId === project.id && !server.draining && server.baseUrl !== null).map((server) => server.checkpointId));
	const { candidateId } = project.settings;
	return [
		...(served.has(project.championId) ? [servedModel(project.slug, { asked: 'champion' })] : []),
		...(candidateId !== null && served.has(candidateId) ? [servedModel(project.slug, { asked: 'candidate' })] : []),
		...[...served].sort().map((checkpointId) => servedModel(project.slug, { asked: 'checkpoint', checkpointId }))
	];
}
