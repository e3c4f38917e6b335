import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AUDIT_ACT_NAMES, AUDIT_ACTS, AUDIT_TOPICS, EVERYDAY_ACTS, toldFacts } from './audit-acts.ts';
import { may, ROLES } from './permission.ts';

/** Names that are woven of several, as they stand in the source. */
const WOVEN: Record<string, string[]> = {
	'`${kind}.fail`': ['evaluation.fail', 'generation.fail', 'export.fail'],
	'`${kind}.requeue`': ['evaluation.requeue', 'generation.requeue', 'export.requeue'],
	'`${kind}.put_off`': ['evaluation.put_off', 'generation.put_off', 'export.put_off'],
	'`import.${status}`': ['import.refused', 'import.failed'],
	"`checkpoint.${status === 'withdrawn' ? 'withdraw' : 'decline'}`": ['checkpoint.withdraw', 'checkpoint.decline']
};

/** What is recorded of a project and no act of this list. */
const UNTOLD = {
	'judging has pages of its own': [...EVERYDAY_ACTS],
	'the end of it is told, or it leaves nothing behind': ['upload.start', 'upload.discard', 'artifact.upload', 'import.start', 'import.scan', 'import.mask', 'webhook.test'],
	'a step of the machine, which the page of the work itself tells': [
		...['evaluation', 'generation', 'export'].flatMap((kind) => [`${kind}.requeue`, `${kind}.put_off`, `${kind}.give_back`]),
		...['run.attempt', 'run.released', 'run.requeue', 'model_server.attempt', 'model_server.ready', 'model_server.let_go', 'evaluation.nothing', 'round.fill', 'round.waits', 'near_duplicate.find', 'snapshot.check', 'artifact.read']
	]
};

it('tells all that is recorded of a project but what is left out for a reason, and nothing that is not recorded', () => {
	const files = globSync('src/lib/server/usecases/*.ts', { exclude: (name) => name.endsWith('.test.ts') });
	const source = files.map((file) => readFileSync(file, 'utf8')).join('\n');
	const written = [...source.matchAll(/\baction: ([^,]+),\s*projectId(?!: null)/g)].flatMap(([, name = '']) => name.match(/'[a-z_]+\.[a-z_]+'|`[^`]+`/g) ?? []);
	const recorded = new Set(written.flatMap((name) => WOVEN[name] ?? [name.replaceAll("'", '')]));
	const untold = Object.values(UNTOLD).flat();
	expect([...recorded].filter((name) => !untold.includes(name)).sort()).toEqual([...AUDIT_ACT_NAMES].sort());
});

it('has something of every topic for an owner, and nothing of what judges may not know for a reviewer', () => {
	for (const topic of AUDIT_TOPICS) expect(AUDIT_ACT_NAMES.some((act) => AUDIT_ACTS[act].topic === topic && may({ role: 'owner', isAdmin: false }, AUDIT_ACTS[act].needs))).toBe(true);
	const reviewer = AUDIT_ACT_NAMES.filter((act) => may({ role: 'reviewer', isAdmin: false }, AUDIT_ACTS[act].needs));
	expect(reviewer).toContain('checkpoint.decide');
	for (const act of ['generation.start', 'generation.again', 'generation.fail', 'endpoint.put', 'webhook.create', 'gateway_key.issue', 'original.read', 'desensitisation.put'] as const) expect(reviewer).not.toContain(act);
	expect(ROLES.filter((role) => may({ role, isAdmin: false }, 'audit.read'))).toEqual(['reviewer', 'owner']);
});

it('tells facts and nothing else of an entry', () => {
	expect(toldFacts(null)).toEqual({});
	expect(toldFacts(null, '01a2-b/12')).toEqual({ version: 12 });
	expect(toldFacts({ version: 3, rows: 79, objective: 'dpo', overridden: false, sources: ['a'], comparison: 'x', verdict: 'a', user: 'u', reason: null, format: { a: 1 } })).toEqual({ version: 3, rows: 79, objective: 'dpo', overridden: false });
});
