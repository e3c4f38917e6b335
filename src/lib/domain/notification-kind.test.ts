import { expect, it } from 'vitest';
import { ALWAYS_MAILED, kindsFor, mayBeUnmailed, NOTIFICATION_KINDS } from './notification-kind.ts';
import { ROLES } from './permission.ts';

it('everybody is asked about what they can be told of, and nobody about more', () => {
	expect(kindsFor({ roles: ['annotator'], isAdmin: false })).toEqual(['mention', 'comment', 'overturned', 'sent_back', 'assigned', 'overdue', 'to_judge']);
	expect(kindsFor({ roles: ['engineer'], isAdmin: false })).toEqual(['mention', 'comment', 'approval', 'declined', 'refused', 'to_freeze', 'to_mend']);
	expect(kindsFor({ roles: [...ROLES], isAdmin: false })).toEqual([...NOTIFICATION_KINDS]);
	expect(kindsFor({ roles: [], isAdmin: false })).toEqual([]);
});

it('whoever signs cannot turn off what waits for their signature', () => {
	expect(kindsFor({ roles: ['reviewer'], isAdmin: false })).toEqual(expect.arrayContaining([...ALWAYS_MAILED]));
	expect(NOTIFICATION_KINDS.filter((kind) => !mayBeUnmailed(kind))).toEqual(['signature', 'to_decide']);
});
