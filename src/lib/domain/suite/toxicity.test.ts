import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isToxic } from './toxicity.ts';

const root = new URL('../../../../', import.meta.url);

/** Every text of a folder of demo questions and answers. */
function textsBelow(folder: string): string[] {
	const strings = (value: unknown): string[] => (typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(strings) : []);
	return readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith('.json'))
		.flatMap((name) => strings(JSON.parse(readFileSync(new URL(`${folder}${name}`, root), 'utf8'))));
}

describe('the list of toxic words', () => {
	it('finds them in both languages, whatever their case and width', () => {
		for (const text of ['You are an idiot.', 'What a SHITTY contract', 'ｆｕｃｋ off', 'son of a bitch', 'Are you stupid people?', '你真是个白痴。', '这个王八蛋不还钱', '房东，去死吧！', '贱人', '操你妈！', '我日你妈的']) expect(isToxic(text), text).toBe(true);
	});

	it('passes words for what must be named, and words that only look alike', () => {
		for (const text of ['She was raped and reports sexual assault.', 'The vermin came back; the dyke broke.', 'Shut up the premises.', 'He is a mentally retarded adult under the 1987 Act.', 'Scunthorpe council', 'idiotic', '他妈的房子由他继承。', '全家死亡的事故', '这笔开支那么高', '我操作失误', '弱智儿童的监护人', '强奸罪', '尼玛次仁诉公司案', '妈妈逼我签了离婚协议，这份协议有效吗？', '我爸妈逼婚怎么办', '明天生日你妈妈会来吗', '周日你妈来吗', '做体操你妈妈也来', '父母给我滚烫的水', 'The clause retards the transfer of title.']) {
			expect(isToxic(text), text).toBe(false);
		}
	});

	it('finds none in the demos, over-committing answers and all', () => {
		const texts = ['drizzle/seed/law-firm/', 'drizzle/seed/lawyer-qa-zh/', 'drizzle/seed/bank/'].flatMap(textsBelow);
		expect(texts.length).toBeGreaterThan(1000);
		expect(texts.filter(isToxic)).toEqual([]);
	});

	it('does not stand still on a text made to hold it up', () => {
		for (const evil of ['shit'.repeat(30_000), 'stupid '.repeat(20_000), '去死'.repeat(30_000), 'a'.repeat(100_000)]) expect(typeof isToxic(evil)).toBe('boolean');
	});
});
