import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { AUDIT_ACT_NAMES, AUDIT_ACTS, AUDIT_TOPICS, toldFacts } from './audit-acts.ts';
import { may, ROLES } from './permission.ts';

it('tells only what is done somewhere', () => {
	const source = globSync('src/lib/server/usecases/*.ts').map((file) => readFileSync(file, 'utf8')).join('\n');
	/** Where one name stands for several, as `import.${status}`. */
	const woven = ['import.refused', 'checkpoint.withdraw', 'checkpoint.decline', 'export.fail', 'evaluation.fail'];
	expect(AUDIT_ACT_NAMES.filter((act) => !source.includes(`'${act}'`) && !woven.includes(act))).toEqual([]);
});

it('has something of every topic for an owner, and nothing of what judges may not know for a reviewer', () => {
	for (const topic of AUDIT_TOPICS) expect(AUDIT_ACT_NAMES.some((act) => AUDIT_ACTS[act].topic === topic && may({ role: 'owner', isAdmin: false }, AUDIT_ACTS[act].needs))).toBe(true);
	const reviewer = AUDIT_ACT_NAMES.filter((act) => may({ role: 'reviewer', isAdmin: false }, AUDIT_ACTS[act].needs));
	expect(reviewer).toContain('checkpoint.decide');
	for (const act of ['generation.start', 'endpoint.put', 'webhook.create', 'gateway_key.issue', 'original.read', 'desensitisation.put'] as const) expect(reviewer).not.toContain(act);
	expect(ROLES.filter((role) => may({ role, isAdmin: false }, 'audit.read'))).toEqual(['reviewer', 'owner']);
});

it('tells facts and nothing else of an entry', () => {
	expect(toldFacts(null)).toEqual({});
	expect(toldFacts(null, '01a2-b/12')).toEqual({ version: 12 });
	expect(toldFacts({ version: 3, rows: 79, objective: 'dpo', overridden: false, sources: ['a'], comparison: 'x', verdict: 'a', user: 'u', reason: null, format: { a: 1 } })).toEqual({ version: 3, rows: 79, objective: 'dpo', overridden: false });
});
