import { expect, it } from 'vitest';
import { preferenceAccuracy } from '../preference-accuracy.ts';
import { measurer } from '../suite/measures.ts';
import { nameOnOwn } from '../suite/own-questions.ts';
import { exportDocument } from './export-document.ts';
import type { ExportFacts } from './export-document.ts';
import { EXPORT } from './export-words.ts';
import { reportHtml } from './html.ts';

const HASH = 'ab'.repeat(32);
const checkpoint = { id: '1', name: 'r1-dpo-1', kind: 'adapter' as const, sha256: HASH };
const base = { id: '2', name: 'SmolLM2-135M', kind: 'base' as const, sha256: 'cd'.repeat(32) };

function facts(more: Partial<ExportFacts> = {}): ExportFacts {
	return {
		project: { slug: 'tenancy', name: '租赁 <script>' },
		checkpoint,
		base: { ...base, licence: 'apache-2.0' },
		lineage: [{ ...checkpoint, snapshotSha256: HASH }, { ...base, snapshotSha256: null }],
		snapshotSha256: HASH,
		made: { id: 'e', plan: { format: 'gptq', bits: 4, groupSize: 128, samples: 256, blockTokens: 2048 }, changed: true, sha256: 'ef'.repeat(32), bytes: 12_345, finishedAt: '2026-11-29T05:00:12.000Z', command: ['python', 'export.py', '--quant_bits', '4'], calibrationRows: 200, files: [{ path: 'model.safetensors', bytes: 12_345, sha256: '01'.repeat(32) }] },
		results: null,
		suite: null,
		...more
	};
}

it('says what it is, by which rows it was rounded, what it came from, and every hash', () => {
	const html = reportHtml(exportDocument(facts(), 'en'));
	for (const said of ['GPTQ 4-bit g128', 'apache-2.0', '200 training rows of snapshot abababababab', 'python export.py --quant_bits 4', 'ef'.repeat(32), '01'.repeat(32), 'SmolLM2-135M', EXPORT.waiting.en, '&lt;script&gt;']) expect(html).toContain(said);
	expect(reportHtml(exportDocument(facts({ base: { ...base, licence: null } }), 'zh'))).toContain(EXPORT.noLicence.zh);
});

it('says what was measured of other weights, and that nothing need be of the same', () => {
	const moved = Array.from({ length: 30 }, (_, place) => ({ group: `g${place}`, logps: { base: { chosen: -9, rejected: -9 }, parent: { chosen: -8, rejected: -10 }, checkpoint: { chosen: -8.5, rejected: -9.5 } }, lengths: { chosen: 9, rejected: 9 } }));
	const results = { split: 'test' as const, checkpoint: preferenceAccuracy(moved, { seed: 's' }), parent: preferenceAccuracy(moved.map(({ logps, ...pair }) => ({ ...pair, logps: { base: logps.base, checkpoint: logps.parent } })), { seed: 's' }) };
	const of = (more: Partial<ExportFacts>) => exportDocument(facts(more), 'en').sections.find(({ key }) => key === 'measured');
	// The margin was 2 nats as trained and is 1 in this form.
	expect(of({ results })?.tables[0]?.rows.map(([name, value]) => [name, value])).toEqual([[EXPORT.accuracy.en, '1'], [EXPORT.ownAccuracy.en, '1'], [EXPORT.difference.en, '−1']]);
	expect(of({ made: { ...facts().made, plan: { format: 'adapter' }, changed: false } })).toMatchObject({ text: [EXPORT.same.en], tables: [] });
});

it('says what checks found of its answers beside those of the checkpoint as it was trained', () => {
	const answers = (source: number, passes: (place: number) => boolean) => Array.from({ length: 40 }, (_, place) => ({ source, promptId: `q${place}`, group: `q${place}`, sample: 0, values: [Number(passes(place))] }));
	const measure = measurer([...answers(0, (place) => place % 4 > 0), ...answers(1, () => true)], { places: { checkpoint: 0, trained: 1, parent: null, champion: null, base: null }, seed: 's' });
	const of = (name: string) => measure({ name, kind: 'check', better: 'higher', proportion: true }, 0);
	const suite = { version: 3, measures: [of('Cites'), of(nameOnOwn('Cites')), { ...of('length'), kind: 'length' as const, better: null }] };
	const said = (locale: 'en' | 'zh') => exportDocument(facts({ suite }), locale).sections.find(({ key }) => key === 'checked');
	expect(said('en')?.text).toEqual([`${EXPORT.checkedText.en} 3`]);
	expect(said('en')?.tables[0]?.rows.map(([name, here, trained, difference, n]) => [name, here, trained, difference?.slice(0, 5), n])).toEqual([['Cites', '0.75', '1', '−0.25', '40'], ['Cites · own questions', '0.75', '1', '−0.25', '40']]);
	expect(said('zh')?.tables[0]?.rows[1]?.[0]).toBe('Cites · 自备问题');
	expect(exportDocument(facts(), 'en').sections.find(({ key }) => key === 'checked')?.text).toEqual([EXPORT.unchecked.en]);
	// The very weights that were measured have nothing to be checked for.
	expect(exportDocument(facts({ made: { ...facts().made, plan: { format: 'adapter' }, changed: false } }), 'en').sections.some(({ key }) => key === 'checked')).toBe(false);
});
