import { expect, test } from 'vitest';
import { pieces, splitShared, texts } from './messages.ts';

const say = (content: string): { role: string; content: string } => ({ role: 'assistant', content });

test('parts both answers open with are shown once', () => {
	const shared = [say('one'), say('two')];
	expect(splitShared([...shared, say('left')], [...shared, say('right')])).toEqual({ shared, left: [say('left')], right: [say('right')] });
});

test('equal answers still stand on both sides', () => {
	expect(splitShared([say('same')], [say('same')])).toEqual({ shared: [], left: [say('same')], right: [say('same')] });
});

test('images and documents keep their words; what is neither is named', () => {
	expect(pieces([{ type: 'text', text: 'see' }, { type: 'image', artifact: 'abc', alt: 'a map' }, { type: 'document', artifact: 'def', title: 'Lease' }, { type: 'image' }, { type: 'audio' }])).toEqual([
		{ kind: 'text', text: 'see' },
		{ kind: 'image', artifact: 'abc', alt: 'a map' },
		{ kind: 'document', artifact: 'def', title: 'Lease' },
		{ kind: 'attachment', name: 'image' },
		{ kind: 'attachment', name: 'audio' }
	]);
});

test('an answer’s texts come in order, without what is attached', () => {
	expect(texts([say('one'), { role: 'assistant', content: [{ type: 'text', text: 'two' }, { type: 'image', artifact: 'abc' }, { type: 'text', text: 'three' }] }])).toEqual(['one', 'two', 'three']);
});
