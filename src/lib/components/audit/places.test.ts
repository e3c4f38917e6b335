import { expect, it } from 'vitest';
import { ACTIONS, may } from '#lib/domain/permission.ts';
import type { Action, Role } from '#lib/domain/permission.ts';
import { placeOf } from './places.ts';

const of = (role: Role) => Object.fromEntries(ACTIONS.map((action) => [action, may({ role, isAdmin: false }, action)])) as Record<Action, boolean>;
const about = (kind: string, checkpointId: string | null = null) => ({ subject: { kind, id: 'it' }, checkpointId });

it('leads to what an act was done to, or to where it is listed', () => {
	expect(placeOf({ act: 'run.start', ...about('run') }, of('reviewer'))).toBe('runs/it');
	expect(placeOf({ act: 'gold.retire', ...about('gold') }, of('reviewer'))).toBe('checks');
	expect(placeOf({ act: 'export.fail', ...about('export', 'c') }, of('reviewer'))).toBe('checkpoints/c');
	expect(placeOf({ act: 'deployment.create', ...about('deployment') }, of('owner'))).toBe('serving');
	expect(placeOf({ act: 'grouping.put', ...about('project') }, of('owner'))).toBeNull();
});

it('leads to no generation that has no page: one after a training is read with its checkpoint, a suite’s with many', () => {
	expect(placeOf({ act: 'generation.start', ...about('generation') }, of('owner'))).toBe('generations/it');
	expect(placeOf({ act: 'generation.stop', ...about('generation', 'c') }, of('reviewer'))).toBe('checkpoints/c');
	expect(placeOf({ act: 'generation.again', ...about('generation', 'c') }, of('owner'))).toBe('checkpoints/c');
	expect(placeOf({ act: 'generation.fail', ...about('generation') }, of('owner'))).toBe('generations');
});

it('leads a reviewer to no page that opens to others alone', () => {
	expect(placeOf({ act: 'near_duplicate.decide', ...about('near_duplicate') }, of('owner'))).toBe('near-duplicates');
	expect(placeOf({ act: 'near_duplicate.decide', ...about('near_duplicate') }, of('reviewer'))).toBeNull();
});
