import { expect, it } from 'vitest';
import { parseServedModel, servedModel } from './served-model.ts';

const ID = '0193f4a0-7c2e-7abc-8def-0123456789ab';

it('reads what it writes', () => {
	for (const of of [{ asked: 'champion' }, { asked: 'candidate' }, { asked: 'checkpoint', checkpointId: ID }] as const) expect(parseServedModel(servedModel('law-firm', of))).toEqual({ slug: 'law-firm', ...of });
});

it.each(['', 'champion', 'law-firm', 'law-firm/', '/champion', 'law-firm/Champion', 'Law/champion', `law-firm/${ID}/x`, 'law-firm/1', 'a/b/champion', `law-firm/${ID.toUpperCase()}`, 'law-firm/champion\n'])('takes “%s” for no model', (name) => {
	expect(parseServedModel(name)).toBeNull();
});
