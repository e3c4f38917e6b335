import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCardNumber } from './bank-card.ts';
import { ALL_RULES, detect, detectAll } from './detect.ts';
import { fold } from './fold.ts';
import { isIban } from './iban.ts';
import { isIdNumber } from './id-card.ts';
import { isV6 } from './ip.ts';
import type { Kind } from './kind.ts';
import { withoutOverlap } from './overlap.ts';
import { wordDetector } from './word-list.ts';

const found = (text: string) => detect(text).map(({ kind, start, end }) => `${kind}:${text.slice(start, end)}`);
const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''));
const closing = (start: string, closes: string, isValid: (text: string) => boolean) => [...closes].map((end) => start + end).find(isValid) ?? '';

const idNumber = fc
	.tuple(fc.constantFrom('110101', '310115', '440305', '510104'), fc.integer({ min: 1930, max: 2015 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), digits(3))
	.map(([region, year, month, day, order]) => closing(`${region}${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}${order}`, '0123456789X', isIdNumber));
const cardNumber = fc.tuple(fc.constantFrom('622202', '625904', '4111', '5555'), digits(9)).map(([start, rest]) => closing((start + rest + '000000').slice(0, 15), '0123456789', isCardNumber));
const iban = fc.tuple(fc.constantFrom('GB', 'DE', 'NL'), digits(18)).map(([country, rest]) => {
	const body = country === 'GB' ? `NWBK${rest.slice(0, 14)}` : country === 'NL' ? `INGB${rest.slice(0, 10)}` : rest;
	return Array.from({ length: 97 }, (_, check) => `${country}${String(check + 2).padStart(2, '0')}${body}`).find(isIban) ?? '';
});
const fullWidth = (text: string) => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const grouped = (text: string, by: number, mark: string) => text.match(new RegExp(`.{1,${by}}`, 'gu'))?.join(mark) ?? '';
const written = (text: string) => fc.constantFrom(text, fullWidth(text), grouped(text, 4, ' '), grouped(text, 4, '-'), grouped(text, 4, '\u2014'), grouped(text, 4, '\u200b'));

describe('detectors', () => {
	it.each<[Kind, string[]]>([
		['id_card', ['11010519491231002X', '１１０１０５１９４９１２３１００２ｘ', '110105 19491231 002X', '身份证号：110105491231002']],
		['bank_card', ['6222 0212 3456 7890 128', '4111-1111-1111-1111', '5555555555554444', '378282246310005']],
		['iban', ['GB29 NWBK 6016 1331 9268 19', 'DE89370400440532013000', 'de89 3704 0044 0532 0130 00']],
		['phone', ['13800138000', '138 0013 8000', '+86-138-0013-8000', '010-65528888', '(021) 5888 1234', '(212) 555-0143', '+44 20 7946 0958', '+1 415 555 0132', '07700 900123', '400-810-8888', '１３８００１３８０００']],
		['email', ['li.wei@example.com', 'a_b+c@mail.example.co.uk', 'wang [at] example.com', 'Jürgen@example.de']],
		['passport', ['E12345678', 'EA1234567', 'G98765432', 'Passport No. 512345678', '护照号码：K1234567']],
		['plate', ['京A12345', '沪AD12345', '粤B·12345', '苏E12345F', '川A1234警']],
		['url_secret', ['https://user:pw1234@host.example/a', 'https://x.example/cb?access_token=abcd1234&x=1', 'https://b.example/o?X-Amz-Signature=0123456789']],
		['ip', ['192.168.10.24', '10.0.0.0/8', '2001:db8::8a2e:370:7334', 'fe80:0:0:0:0:0:0:1']],
		['amount', ['¥1,200.50', '300万元', '人民币 45000 元', '$1.2 million', 'EUR 3,000', '壹拾万元整', '5 000 美元'.replace(' ', ''), '£250']]
	])('finds %s in its spellings', (kind, examples) => {
		for (const example of examples) {
			const text = `甲方 ${example}，乙方。`;
			const spans = detect(text).filter((finding) => finding.kind === kind);
			expect(spans, example).toHaveLength(1);
			const [span] = spans;
			expect(text.slice(span?.start, span?.end).endsWith(example.slice(-3)), `${example} → ${found(text).join()}`).toBe(true);
		}
	});

	it.each<[text: string, ...found: string[]]>([
		['刷卡 4111 1111 1111 1111 12/25', 'bank_card:4111 1111 1111 1111'],
		['刷卡 4111 1111 1111 1111 123', 'bank_card:4111 1111 1111 1111'],
		['paid with 4111111111111111 50 dollars', 'bank_card:4111111111111111', 'amount:50 dollars'],
		['2 4111-1111-1111-1111 50.25', 'bank_card:4111-1111-1111-1111'],
		['4111 1111 1111 1111 5555 5555 5555 4444', 'bank_card:4111 1111 1111 1111', 'bank_card:5555 5555 5555 4444'],
		['4111.1111.1111.1111', 'bank_card:4111.1111.1111.1111'],
		['卡号 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', 'bank_card:4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
		['12 41 11 11 11 11 11 11 11, 41 11 11 11 11 11 11 11', 'bank_card:41 11 11 11 11 11 11 11'],
		['No.4111111111111111，卡号No.6222021001116248，card4111111111111111', 'bank_card:4111111111111111', 'bank_card:6222021001116248', 'bank_card:4111111111111111'],
		['Tel.13800138000，TEL13800138000，电话No.13800138000', 'phone:13800138000', 'phone:13800138000', 'phone:13800138000'],
		['Fax.010-65528888 or tel.+44 20 7946 0958', 'phone:010-65528888', 'phone:+44 20 7946 0958'],
		['open www.x.com/reset?token=abcd1234, or x.example?sid=abcd1234', 'url_secret:www.x.com/reset?token=abcd1234', 'url_secret:x.example?sid=abcd1234']
	])('finds them as people write them, with words and other numbers beside: %s', (text, ...expected) => {
		expect(found(text)).toEqual(expected);
	});

	it.each([
		['decimals', '3.141592653589793, 0.4111111111111111, 1.13800138000, 4111111111111111.50'],
		['letters and digits of one number', 'HT13800138000, 3f4111111111111111, 合同CN13912345678'],
		['addresses without a scheme', 'www.court.example/cases?id=20231234&page=2, a.b/c'],
		['columns of figures', '4100 3200 4100 5000 4200 3900 4100 3200 4100 5000'],
		['lines of digits', '9 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 8 2 5 5 5 5 5 5 5 5 5 5 5 5 4 4 4 4 7 3 6 2 2 2 0 2 1 0 0 1 1 1 6 2 4 8 0 9 9 1 3 5 8'],
		['a matrix', '7 4 11 11 11 11 11 11 11 1 3 55 55 55 55 55 55 44 44 6'],
		['case numbers', '（2023）京0105民初12345号'],
		['statutes', '依照《中华人民共和国民法典》第一千一百七十九条、第1183条第2款'],
		['days and times', '2023-11-05 14:30:59，2023年11月5日'],
		['contract numbers', '合同编号 HT-2023-0105-1234，发票 G20230115'],
		['versions', 'version 1.2.3.4, v10.0.0.1, std::vector<int> a::b'],
		['identity numbers with a wrong check character', '110105194912310021'],
		['cards with a wrong check digit', '4111 1111 1111 1112'],
		['plain addresses', 'see https://www.court.example/cases?id=20231234&page=2'],
		['percentages and articles', '年利率 4.35%，Section 230(c)(1), 42 U.S.C. 1983, 2019 WL 1234567'],
		['hashes', 'artifact:4111111111111111411111111111111141111111111111114111111111111111']
	])('leaves %s', (_, text) => {
		expect(found(text)).toEqual([]);
	});

	it('finds any valid number in any spelling, and nothing when its check fails', () => {
		const one = fc.oneof(idNumber.map((text) => ['id_card', text] as const), cardNumber.map((text) => ['bank_card', text] as const), iban.map((text) => ['iban', text] as const));
		fc.assert(
			fc.property(
				one.chain(([kind, text]) => written(text).map((spelt) => [kind, spelt] as const)),
				([kind, spelt]) => {
					const text = `号码为${spelt}，请核对。`;
					const spans = detect(text, ALL_RULES.filter((rule) => rule.kind === kind));
					expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual([spelt]);
				}
			)
		);
	});

	it('folds sign by sign', () => {
		fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => fold(text).length === text.length));
		expect(fold('ＡＢＣ１２３　￥－')).toBe('ABC123 ¥-');
	});

	it('reads addresses of version 6', () => {
		expect(['::1', '2001:db8::', '1:2:3:4:5:6:7:8', '::ffff:192.0.2.1'].map(isV6)).toEqual([true, true, true, true]);
		expect(['12:30:45', '1::2::3', 'aa:bb:cc:dd:ee:ff', '1:2:3:4:5:6:7:8:9', '::ffff:192.0.2.256'].map(isV6)).toEqual([false, false, false, false, false]);
	});

	it('takes time linear in hostile text', () => {
		const hostile = ['1', '1 ', '1-', 'a@', 'a.', ':', 'E1', '万', '护照', 'https://', '[at]', '京A'].map((piece) => piece.repeat(Math.ceil(200_000 / piece.length)));
		// Quadratic detectors would take minutes over these: the test would time out.
		for (const text of hostile) detectAll(text, ALL_RULES);
	}, 30_000);
});

describe('word lists', () => {
	const words = (text: string, ...list: string[]) => wordDetector(list)(fold(text)).map(({ start, end }) => text.slice(start, end));
	it('finds whole Latin words and any Chinese ones, whatever case and width', () => {
		expect(words('Project BlueBird, bluebirds; ＢＬＵＥＢＩＲＤ', 'bluebird')).toEqual(['BlueBird', 'ＢＬＵＥＢＩＲＤ']);
		expect(words('宏达公司与宏达', '宏达', '宏达公司')).toEqual(['宏达公司', '宏达']);
		expect(words('anything', '', '  ')).toEqual([]);
	});
});

describe('withoutOverlap', () => {
	const finding = fc.record({ kind: fc.constantFrom<Kind>('word', 'id_card', 'phone', 'person'), start: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) }).map(({ kind, start, length }) => ({ kind, start, end: start + length }));
	it('covers exactly what was found, once, whatever the order', () => {
		fc.assert(
			fc.property(fc.array(finding), (findings) => {
				const merged = withoutOverlap(findings);
				const covered = (list: { start: number; end: number }[]) => [...new Set(list.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)))].sort((a, b) => a - b);
				expect(covered(merged)).toEqual(covered(findings));
				merged.forEach((one, i) => expect(one.start).toBeGreaterThanOrEqual(merged[i - 1]?.end ?? 0));
				expect(withoutOverlap([...findings].reverse())).toEqual(merged);
			})
		);
	});
	it('takes the longest one’s kind, then the one with a check digit', () => {
		expect(withoutOverlap([{ kind: 'email', start: 8, end: 20 }, { kind: 'url_secret', start: 0, end: 40 }])).toEqual([{ kind: 'url_secret', start: 0, end: 40 }]);
		expect(withoutOverlap([{ kind: 'phone', start: 0, end: 11 }, { kind: 'id_card', start: 0, end: 11 }])).toEqual([{ kind: 'id_card', start: 0, end: 11 }]);
	});
});
