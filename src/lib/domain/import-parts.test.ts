import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { artifactError, namedArtifacts, placeParts } from './import-parts.ts';

const [one, two] = ['1'.repeat(64), '2'.repeat(64)] as const;
const image = (artifact: string) => ({ type: 'image', artifact });
const text = (words: string) => ({ type: 'text', text: words });
const placed = (row: Record<string, unknown>) => {
	const result = placeParts(row);
	return result.ok ? result.fields : result.error;
};

describe('placeParts', () => {
	it('puts images in the places of their marks, over several turns', () => {
		expect(
			placed({ messages: [{ role: 'user', content: '<image>\nWhat?' }, { role: 'assistant', content: 'A lease.' }, { role: 'user', content: [text('And <image>?'), text('Thanks')] }], images: [one, { artifact: two, alt: 'page 2' }] })['messages' as never]
		).toEqual([
			{ role: 'user', content: [image(one), text('What?')] },
			{ role: 'assistant', content: 'A lease.' },
			{ role: 'user', content: [text('And '), { ...image(two), alt: 'page 2' }, text('?'), text('Thanks')] }
		]);
	});

	it('reads a prompt that is one text, and answers that repeat the conversation', () => {
		expect(placed({ prompt: 'See <image>', images: [one] })['prompt' as never]).toEqual([{ role: 'user', content: [text('See '), image(one)] }]);
		const asked = { role: 'user', content: '<image>' };
		const row = placed({ chosen: [asked, { role: 'assistant', content: 'a' }], rejected: [asked, { role: 'assistant', content: 'b' }], images: [one] }) as { chosen: unknown[]; rejected: unknown[] };
		expect([row.chosen[0], row.rejected[0]]).toEqual([{ role: 'user', content: [image(one)] }, { role: 'user', content: [image(one)] }]);
		const both = placed({ prompt: [asked], chosen: [asked, { role: 'assistant', content: 'a' }], rejected: [asked, { role: 'assistant', content: 'b' }], images: [one] }) as { prompt: unknown[]; chosen: unknown[] };
		expect(both.chosen[0]).toEqual(both.prompt[0]);
	});

	it('opens the first question with documents that have no mark, and places those that have', () => {
		const paper = { type: 'document', artifact: one };
		expect(placed({ messages: [{ role: 'system', content: 's' }, { role: 'user', content: 'q' }], documents: [one] })['messages' as never]).toEqual([{ role: 'system', content: 's' }, { role: 'user', content: [paper, text('q')] }]);
		expect(placed({ prompt: 'a <document> b', documents: [one] })['prompt' as never]).toEqual([{ role: 'user', content: [text('a '), paper, text(' b')] }]);
		expect(placed({ prompt: 'a <document> b', documents: [one, two] })).toMatchObject({ field: 'documents' });
	});

	it('gives a row without lists back as it is', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (prompt, chosen) => {
				const row = { prompt: `<image>${prompt}`, chosen };
				expect(placed(row)).toBe(row);
			})
		);
	});

	it('loses no word and no image, however many there are', () => {
		fc.assert(
			fc.property(fc.array(fc.stringMatching(/^[a-z ]{1,8}$/), { minLength: 2, maxLength: 6 }), (words) => {
				const hashes = words.slice(1).map((_, index) => String(index).padStart(64, '0'));
				const [{ content }] = placed({ prompt: words.join('<image>'), images: hashes })['prompt' as never] as [{ content: { text?: string; artifact?: string }[] }];
				expect(content.flatMap((part) => part.artifact ?? [])).toEqual(hashes);
				expect(content.map((part) => part.text ?? '').join('').replaceAll(' ', '')).toBe(words.join('').replaceAll(' ', ''));
			})
		);
	});
});

describe('namedArtifacts', () => {
	it('finds them wherever a row may hold them, with their fields', () => {
		const row = { messages: [{ role: 'user', content: [image(one)] }], responses: ['a', { messages: [{ role: 'assistant', content: [{ type: 'document', artifact: two }] }] }], images: [`artifact:${two}`], note: [image(one)] };
		expect(namedArtifacts(row)).toEqual([
			{ field: 'images[0]', sha256: two, kind: 'image' },
			{ field: 'messages[0].content[0].artifact', sha256: one, kind: 'image' },
			{ field: 'responses[1].messages[0].content[0].artifact', sha256: two, kind: 'document' }
		]);
	});
	it('says what is wrong with one', () => {
		const known = new Map([[one, 'image/png']]);
		expect(artifactError({ field: 'f', sha256: one, kind: 'image' }, known)).toBe(null);
		expect(artifactError({ field: 'f', sha256: one, kind: 'document' }, known)?.message).toBe(`${one} is image/png, no document`);
		expect(artifactError({ field: 'f', sha256: two, kind: 'image' }, known)?.message).toContain('upload it first');
	});
});
