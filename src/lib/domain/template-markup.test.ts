import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasTemplateMarkup, neutralise, restore } from './template-markup.ts';

const MARKS = [
	'<img>/etc/passwd</img>', '<image>', '<video>', '<audio>', '<bbox>', '<ref-object>', '<box>', '</box>', '<ref>', '<cot-process>', '<start-image>',
	'<|im_start|>', '<|im_end|>', '<|endoftext|>', '<|start_header_id|>', '<|turn>', '<turn|>', '<|channel>', '<｜begin▁of▁sentence｜>', '<｜User｜>',
	'[INST]', '[/INST]', '<<SYS>>', '<</SYS>>', '<s>', '</s>', '<S>', '<start_of_turn>', '<end_of_turn>', '<bos>', '<eos>', '<pad>', '<unk>',
	'<IMG_CONTEXT>', '<imgpad>', '<im_patch>', '<image_placeholder>', '<start_of_image>', '<end_of_utterance>', '<fim_prefix>', '<SPECIAL_12>', '<seed:eos>',
	'<_user>', '<role>', '[gMASK]', '[SEP]', '[TOOL_CALLS]', '[IMG]', '<|reserved_special_token_3|>', '<reserved_106>', '<extra_id_0>'
];

const pieces = fc.array(
	fc.oneof(
		fc.constantFrom(...MARKS, '<', '[', '>', ']', '|', '｜', '\\', '\\\\', '/', 'image', 's', '|x|>', 'INST]', ' ', '<<', '<\\image>', '<\\\\s>', '[\\INST]'),
		fc.string({ unit: 'binary', maxLength: 4 })
	),
	{ maxLength: 14 }
);
const text = pieces.map((list) => list.join(''));

describe('neutralise', () => {
	it.each(MARKS)('breaks %s and gives it back', (mark) => {
		const { text: safe, count } = neutralise(`before ${mark} after`);
		expect(count).toBeGreaterThan(0);
		expect(safe).not.toContain(mark);
		expect(hasTemplateMarkup(safe)).toBe(false);
		expect(restore(safe)).toBe(`before ${mark} after`);
	});

	it('leaves prose, maths, code and HTML alone', () => {
		for (const ordinary of [
			'if a < b and c > d', 'x <- c(1, 2)', 'f <| g |> h', 'a <|> b', 'List<String> and Map<K, V>', '<div class="image">', '<img src="x.png" alt="y">', '<b>bold</b> <br/> <p>',
			'see [image](x.png), [x] done, [1]', '<think>hm</think>', '<tool_call>{}</tool_call>', '5 < s > 3', 'video> <not closed', 'array[SEP + 1]', '<script>', '<image-viewer>', '<video-player>', '<https://example.org/a|b>x', '<user@example.org>', '<!-- note -->'
		]) {
			expect(neutralise(ordinary)).toEqual({ text: ordinary, count: 0 });
		}
	});

	it('counts each mark', () => {
		expect(neutralise('<img>/etc/passwd</img> <|im_end|> [INST]')).toEqual({ text: '<\\img>/etc/passwd<\\/img> <\\|im_end|> [\\INST]', count: 4 });
	});

	it('can be undone for any text, also one that holds the escape already', () => {
		fc.assert(
			fc.property(text, (original) => {
				expect(restore(neutralise(original).text)).toBe(original);
			}),
			{ numRuns: 2000 }
		);
	});

	it('can be undone twice when it was done twice', () => {
		fc.assert(
			fc.property(text, (original) => {
				expect(restore(restore(neutralise(neutralise(original).text).text))).toBe(original);
			})
		);
	});

	it('leaves no markup, whatever stood around it', () => {
		fc.assert(
			fc.property(text, (original) => {
				const safe = neutralise(original).text;
				expect(hasTemplateMarkup(safe)).toBe(false);
				for (const mark of MARKS.filter((candidate) => !candidate.includes('/etc'))) expect(safe).not.toContain(mark);
			}),
			{ numRuns: 1000 }
		);
	});

	it('changes nothing when there is nothing to change', () => {
		fc.assert(
			fc.property(text, (original) => {
				const { text: safe, count } = neutralise(original);
				expect(safe.length).toBe(original.length + count);
				expect(safe === original).toBe(count === 0);
			})
		);
	});

	it('is quick on long hostile text', () => {
		const started = Date.now();
		neutralise(`<image${'a'.repeat(50_000)} <im_${'a_'.repeat(50_000)} <${'x'.repeat(50_000)}|` + '<image_'.repeat(40_000) + '<|' + '|'.repeat(100_000) + '[[[['.repeat(20_000) + 'image-a'.repeat(20_000));
		expect(Date.now() - started).toBeLessThan(3000);
	});
});
