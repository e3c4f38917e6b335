import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { championLine, everChampion } from './champion.ts';
import type { ChampionStep } from './champion.ts';

const steps = fc.array(fc.record({ checkpointId: fc.constantFrom('a', 'b', 'c'), decision: fc.constantFrom<ChampionStep['decision']>('promote', 'reject', 'more_data', 'roll_back') }), { maxLength: 20 });
const promote = (checkpointId: string): ChampionStep => ({ checkpointId, decision: 'promote' });
const back = (checkpointId: string): ChampionStep => ({ checkpointId, decision: 'roll_back' });

describe('the line of champions', () => {
	it('begins with the base model and grows by promoting', () => {
		expect(championLine('base', [])).toEqual(['base']);
		expect(championLine('base', [promote('a'), promote('b')])).toEqual(['base', 'a', 'b']);
	});

	it('loses whom a later decision takes out', () => {
		expect(championLine('base', [promote('a'), promote('b'), { checkpointId: 'b', decision: 'reject' }])).toEqual(['base', 'a']);
	});

	it('goes back at once, and what was gone back from does not return by itself', () => {
		expect(championLine('base', [promote('a'), promote('b'), promote('c'), back('a')])).toEqual(['base', 'a']);
		expect(championLine('base', [promote('a'), promote('b'), back('a'), { checkpointId: 'a', decision: 'reject' }])).toEqual(['base']);
		expect(championLine('base', [promote('a'), promote('b'), back('base')])).toEqual(['base']);
		expect(championLine('base', [promote('a'), back('base'), promote('a')])).toEqual(['base', 'a']);
	});

	it('goes forward again to whom it left', () => {
		expect(championLine('base', [promote('a'), promote('b'), back('a'), back('b')])).toEqual(['base', 'a', 'b']);
	});

	it('always has the base first, nobody twice, and after a promotion or a return that one last', () => {
		fc.assert(
			fc.property(steps, (all) => {
				const line = championLine('base', all);
				expect(line[0]).toBe('base');
				expect(new Set(line).size).toBe(line.length);
				const last = all.at(-1);
				if (last?.decision === 'promote' || last?.decision === 'roll_back') expect(line.at(-1)).toBe(last.checkpointId);
				if (last?.decision === 'reject') expect(line).not.toContain(last.checkpointId);
			})
		);
	});

	it('knows who ever led', () => {
		expect(everChampion('base', [promote('a'), back('base'), promote('b'), promote('a'), { checkpointId: 'c', decision: 'reject' }])).toEqual(['base', 'a', 'b']);
	});
});
