import { describe, expect, it } from 'vitest';
import { chat, imagesOf } from './chat.ts';

const [one, two, paper] = ['1'.repeat(64), '2'.repeat(64), '3'.repeat(64)] as const;
const texts = new Map([[paper, 'Rent: 300 €.']]);

describe('chat', () => {
	it('sends images in their places and documents as their text', () => {
		const messages = [
			{ role: 'system' as const, content: 'Be brief.' },
			{ role: 'user' as const, content: [{ type: 'document' as const, artifact: paper, title: 'Lease' }, { type: 'image' as const, artifact: one }, { type: 'text' as const, text: 'And' }, { type: 'image' as const, artifact: two }] }
		];
		expect(chat(messages, texts, (sha256) => `data:${sha256[0]}`)).toEqual([
			{ role: 'system', content: 'Be brief.' },
			{ role: 'user', content: [{ type: 'text', text: 'Lease\n\nRent: 300 €.' }, { type: 'image_url', image_url: { url: 'data:1' } }, { type: 'text', text: 'And' }, { type: 'image_url', image_url: { url: 'data:2' } }] }
		]);
		expect(imagesOf(messages)).toEqual([one, two]);
	});
	it('takes no image from what somebody wrote', () => {
		const [message] = chat([{ role: 'user', content: [{ type: 'text', text: 'What is <image>?' }, { type: 'image', artifact: one }] }], new Map(), () => 'data:1');
		expect(Array.isArray(message?.content) ? message.content.filter((part) => part.type === 'image_url') : []).toHaveLength(1);
	});
	it('leaves plain text plain', () => {
		expect(chat([{ role: 'tool', content: 'x' }], new Map(), () => '')).toEqual([{ role: 'user', content: 'x' }]);
	});
});
