import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleFacts } from './sample-facts.ts';
import { reportDocument } from './document.ts';
import { reportHtml } from './html.ts';
import { REPORT } from './words.ts';

describe('a report', () => {
	it('holds what a regulator asks for, in both languages', () => {
		for (const locale of ['en', 'zh'] as const) {
			const { sections } = reportDocument(sampleFacts(), locale);
			expect(sections.map(({ key }) => key)).toEqual(['decision', 'limits', 'gate', 'evaluation', 'examples', 'model', 'lineage', 'data', 'hashes']);
			expect(sections.every(({ title }) => title.length > 0)).toBe(true);
		}
		const html = reportHtml(reportDocument(sampleFacts(), 'zh'));
		expect(html).toContain('<html lang="zh-Hans">');
		for (const said of ['张三', '更审慎', '75.0%', REPORT.limitNotHeld.zh, 'ab'.repeat(32), 'over-commitment']) expect(html).toContain(said);
	});

	it('says which limits follow from the decision', () => {
		const limits = (more: Parameters<typeof sampleFacts>[0]) => reportDocument(sampleFacts(more), 'en').sections.find(({ key }) => key === 'limits')?.list ?? [];
		const { decision } = sampleFacts();
		expect(limits({})).toEqual([`${REPORT.limitNotHeld.en} 1`, REPORT.limitJudges.en, REPORT.limitNotMeasured.en]);
		expect(limits({ gate: null, decision: { ...decision, gateVersion: null, fourEyes: false }, overlaps: 3, people: null })).toEqual([REPORT.limitNoGate.en, REPORT.limitNoFourEyes.en, REPORT.limitNoPeople.en, REPORT.limitNotMeasured.en, `${REPORT.limitOverlaps.en} 3`]);
		expect(limits({ decision: { ...decision, overridden: true } })[0]).toBe(REPORT.limitOverridden.en);
	});

	it('tells the rules that were asked of the promoted form from those of the checkpoint as it was trained', () => {
		const { gate } = sampleFacts();
		const [rule] = (gate?.rules ?? []).filter(({ name }) => name !== null);
		const rows = reportDocument(sampleFacts({ gate: gate && rule ? { ...gate, rules: [rule, { ...rule, inForm: true }] } : null }), 'zh').sections.find(({ key }) => key === 'gate')?.tables[0]?.rows ?? [];
		expect(rows.map(([said]) => said)).toEqual([`${REPORT.check.zh}: over-commitment`, `${REPORT.check.zh}: over-commitment · ${REPORT.inForm.zh}`]);
	});

	it('says that a reason was erased', () => {
		const { decision } = sampleFacts();
		expect(reportHtml(reportDocument(sampleFacts({ decision: { ...decision, reason: null } }), 'en'))).toContain(REPORT.erased.en);
	});
});

describe('its HTML', () => {
	it('is the same to the byte for the same facts', () => {
		expect(reportHtml(reportDocument(sampleFacts(), 'en'))).toBe(reportHtml(reportDocument(sampleFacts(), 'en')));
	});

	it('lets no text become a mark, whatever it holds', () => {
		const tags = (html: string) => html.match(/<[^>]*>/gu) ?? [];
		const facts = sampleFacts();
		const saying = (prompt: string, candidate: string, parent: string) => reportHtml(reportDocument({ ...facts, examples: [{ won: true, votes: ['candidate'], prompt, candidate, parent }] }, 'en'));
		const plain = tags(saying('p', 'c', 'd'));
		fc.assert(
			fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onmouseover='x", '</blockquote></figure>', '&lt;b&gt;', '\u202e<b>', '<!--'), (text, mark) => {
				expect(tags(saying(text + mark, mark + text, mark))).toEqual(plain);
			}),
			{ numRuns: 100 }
		);
	});
});
