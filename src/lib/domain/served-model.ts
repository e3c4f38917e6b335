/** Which checkpoint of a project is asked for: the one promoted last, the one that is tried beside it, or one by its id, or a form of one by that of its export. */
export type AskedFor = { asked: 'champion' | 'candidate' } | { asked: 'checkpoint'; checkpointId: string };

const NAME = /^([a-z0-9][a-z0-9-]{0,62})\/(champion|candidate|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;

/** Reads a model's name as clients of the gateway write it: `project/champion`, `project/candidate` or `project/<id of a checkpoint or an export>`. Null: it is none. */
export function parseServedModel(name: string): ({ slug: string } & AskedFor) | null {
	const [, slug, which] = NAME.exec(name) ?? [];
	if (slug === undefined || which === undefined) return null;
	return which === 'champion' || which === 'candidate' ? { slug, asked: which } : { slug, asked: 'checkpoint', checkpointId: which };
}

/** The name of a model as clients of the gateway write it. */
export function servedModel(slug: string, of: AskedFor): string {
	return `${slug}/${of.asked === 'checkpoint' ? of.checkpointId : of.asked}`;
}
