import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentHash } from '../canonical-json.ts';
import { markupIn } from '../template-markup.ts';
import { ALL_RULES } from './detect.ts';
import { everywhere } from './everywhere.ts';
import type { Action, Kind } from './kind.ts';
import { createLedger, valueOf } from './ledger.ts';
import { maskAnswer, maskMessages } from './mask-messages.ts';
import { maskRecord } from './mask-record.ts';
import { MASK, maskText } from './mask-text.ts';
import type { Rules } from './mask-text.ts';
import { wordDetector } from './word-list.ts';

const rules = (actions: Partial<Record<Kind, Action>> = {}, words: string[] = []): Rules => ({
	detectors: [...ALL_RULES, { kind: 'word', find: wordDetector(words) }],
	actionOf: (kind) => actions[kind] ?? 'placeholder',
	isException: () => false
});
const pseudonym = (kind: Kind, original: string) => `[${kind.toUpperCase()}_${contentHash(original).slice(0, 12)}]`;
const masked = (value: unknown, of = rules()) => maskRecord(value, of, pseudonym);

const ID = '11010519491231002X';
const PHONE = '13800138000';

describe('maskText', () => {
	it('flags, masks or numbers, and says where', () => {
		const text = `电话${PHONE}，证件${ID}，邮箱a@b.example`;
		const result = maskText(text, rules({ phone: 'flag', id_card: 'mask' }), createLedger().placeholderFor);
		expect(result.text).toBe(`电话${PHONE}，证件${MASK}，邮箱[EMAIL_1]`);
		expect(result.findings.map(({ kind, action, original, start, end }) => [kind, action, original, result.text.slice(start, end)])).toEqual([
			['phone', 'flag', PHONE, PHONE],
			['id_card', 'mask', ID, MASK],
			['email', 'placeholder', 'a@b.example', '[EMAIL_1]']
		]);
	});

	it('hides what a flagged stretch covers in part', () => {
		const text = `https://u:secret9@h.example/?phone=${PHONE}`;
		expect(maskText(text, rules({ url_secret: 'flag', email: 'off' }), createLedger().placeholderFor).text).toBe('https://u:secret9@h.example/?phone=[PHONE_1]');
		expect(maskText(text, rules({ phone: 'flag' }), createLedger().placeholderFor).text).toBe('[URL_SECRET_1]');
	});

	it('leaves exceptions and what is off', () => {
		const of = { ...rules({ email: 'off' }), isException: (kind: Kind, original: string) => kind === 'phone' && valueOf(kind, original) === PHONE };
		expect(maskText(`138 0013 8000 ${ID} a@b.example`, of, createLedger().placeholderFor).text).toBe('138 0013 8000 [ID_CARD_1] a@b.example');
	});

	it('keeps template markup, references and placeholders whole', () => {
		const hash = 'a1'.repeat(32);
		const text = `<image> image <|im_start|>user artifact:${hash} [EMAIL_1] email user`;
		expect(maskText(text, rules({}, ['image', 'im_start', 'user', 'artifact', 'email', hash]), createLedger().placeholderFor).text).toBe(`<image> [WORD_1] <|im_start|>[WORD_2] artifact:${hash} [EMAIL_1] [WORD_3] [WORD_2]`);
	});

	it('finds nothing in its own output, and leaves as much markup as there was', () => {
		const pieces = fc.array(fc.constantFrom(ID, PHONE, 'a@b.example', '¥500', '<image>', '<|im_end|>', '[INST]', '宏达', ' ', '，', 'word', '10.1.2.3', '京A12345'), { maxLength: 12 });
		fc.assert(
			fc.property(pieces, (list) => {
				const text = list.join(' ');
				const once = maskText(text, rules({}, ['宏达']), createLedger().placeholderFor);
				expect(markupIn(once.text)).toHaveLength(markupIn(text).length);
				expect(maskText(once.text, rules({}, ['宏达']), createLedger([once.text]).placeholderFor)).toEqual({ text: once.text, findings: [] });
				for (const secret of [ID, PHONE, 'a@b.example', '宏达']) expect(once.text).not.toContain(secret);
			})
		);
	});
});

describe('maskRecord', () => {
	it('numbers a value alike in prompt and answers, in any spelling', () => {
		const { value, findings } = masked({ prompt: `我的电话是${PHONE}`, chosen: `请拨打 138-0013-8000 或 13900139000`, rejected: `+86 ${PHONE}` });
		expect(value).toEqual({ prompt: '我的电话是[PHONE_1]', chosen: '请拨打 [PHONE_1] 或 [PHONE_2]', rejected: '[PHONE_1]' });
		expect(findings.map(({ field }) => field)).toEqual(['prompt', 'chosen', 'chosen', 'rejected']);
	});

	it('gives one record whatever the order of its fields, and keeps that order', () => {
		const fields = { chosen: '13900139000', prompt: PHONE, rejected: 'a@b.example', extra: { note: ID } };
		fc.assert(
			fc.property(fc.shuffledSubarray(Object.entries(fields), { minLength: 4 }), (entries) => {
				const { value } = masked(Object.fromEntries(entries));
				expect(contentHash(value)).toBe(contentHash(masked(fields).value));
				expect(Object.keys(value as object)).toEqual(entries.map(([name]) => name));
			})
		);
		expect((masked(fields).value as typeof fields).prompt).toBe('[PHONE_1]');
	});

	it('begins behind placeholders that a file brings', () => {
		expect(masked({ prompt: `[PHONE_4] ${PHONE}` }).value).toEqual({ prompt: '[PHONE_4] [PHONE_5]' });
	});

	it('keeps rows and judges of a file apart', () => {
		const of = (who: string) => masked({ prompt: 'q', annotator: who, group: `client ${who}` }).value as { annotator: string; group: string };
		expect(of('a@x.example')).toEqual(of('a@x.example'));
		expect(of('a@x.example').annotator).not.toBe(of('b@x.example').annotator);
		expect(of('a@x.example').group).toMatch(/^client \[EMAIL_[\da-f]{12}\]$/);
	});

	it('refuses a matter that says whom it is about', () => {
		expect(masked({ prompt: 'q', matter: `client ${ID}` }).refused).toMatchObject({ field: 'matter' });
		expect(masked({ prompt: 'q', matter: 'M-2023-117' }).refused).toBeNull();
	});

	it('leaves words of the format, hides numbers that are no text, and takes hostile keys', () => {
		const of = rules({}, ['user', 'text']);
		const record = JSON.parse(`{"messages":[{"role":"user","content":[{"type":"text","text":"user"}]}],"phone":${PHONE},"__proto__":{"note":"${ID}"},"n":null}`) as unknown;
		expect(JSON.stringify(masked(record, of).value)).toBe('{"messages":[{"role":"user","content":[{"type":"text","text":"[WORD_1]"}]}],"phone":"[PHONE_1]","__proto__":{"note":"[ID_CARD_1]"},"n":null}');
	});
});

describe('maskAnswer', () => {
	const asks = (content: string) => [{ role: 'user' as const, content }];

	it('knows what the question holds by the placeholder that the question is sent with', () => {
		const question = asks(`Call ${PHONE}?`);
		expect(maskMessages(question, rules({})).messages).toEqual(asks('Call [PHONE_1]?'));
		// Who was asked it so says the placeholder; who was asked it as it stands says the number.
		expect(maskAnswer(question, `[PHONE_1], not 13900139000 nor 138-0013-8000.`, rules({})).text).toBe('[PHONE_1], not [PHONE_2] nor [PHONE_1].');
	});

	it('numbers what it alone holds behind what the question was given at import', () => {
		const { text, findings } = maskAnswer(asks('Call [PHONE_2]?'), `No, ${PHONE}.`, rules({}));
		expect(text).toBe('No, [PHONE_3].');
		expect(findings).toMatchObject([{ kind: 'phone', action: 'placeholder' }]);
	});
});

it('finds a name wherever else it stands in its document, and no other', () => {
	const found = everywhere(['证人王小明', '（王小明）与李', 'no'], [[{ kind: 'person', start: 2, end: 5 }], [], []]);
	expect(found[1]).toEqual([{ kind: 'person', start: 1, end: 4 }]);
	expect(found[2]).toEqual([]);
});
