import type { ReportFacts } from './facts.ts';
import { sequentialLook } from '../sequential-look.ts';
import { winRate } from '../win-rate.ts';
import type { WinVote } from '../win-rate.ts';

const votes = (place: number): WinVote[] => [place % 4 === 3 ? 'parent' : 'candidate'];
const HASH = 'ab'.repeat(32);

/** Facts of a decision on a checkpoint that people judged, for tests; its words are hostile. */
export function sampleFacts(more: Partial<ReportFacts> = {}): ReportFacts {
	const judged = Array.from({ length: 60 }, (_, place) => ({ group: `g${place}`, votes: votes(place) }));
	const base = { id: '2', name: 'SmolLM2-135M', kind: 'base' as const, sha256: 'cd'.repeat(32) };
	const own = { id: '1', name: 'r1-dpo-1', kind: 'adapter' as const, sha256: HASH };
	return {
		project: { slug: 'tenancy', name: '租赁 Tenancy <script>' },
		decision: { id: '01a2', decision: 'promote', reason: '更审慎：写明了条件。\nCareful & no worse <b>elsewhere</b>.', reasonHash: 'ef'.repeat(32), at: '2026-11-29T03:00:12.000Z', gateVersion: 2, overridden: false, fourEyes: true, signatures: [{ name: '张三', role: 'reviewer', at: '2026-11-29T03:00:12.000Z' }], from: null, form: null },
		model: { ...own, bytes: 1234, step: 100, files: [{ path: 'adapter_model.safetensors', bytes: 1234, sha256: HASH }], run: { id: 'r', objective: 'dpo', settings: { beta: 0.1, targetModules: ['q_proj', 'v_proj'] }, startedBy: 'Erin' } },
		lineage: [
			{ ...own, runId: 'r', snapshotSha256: HASH },
			{ ...base, runId: null, snapshotSha256: null }
		],
		data: null,
		evaluation: null,
		people: { ...winRate(judged, { seed: 'report' }), waiting: 0, identical: 2 },
		look: sequentialLook({ groups: judged.map(({ group, votes: cast }) => ({ group, comparisons: [cast] })), behind: 0, waiting: 0 }),
		gate: { level: 0.05, passed: false, rules: [{ rule: { kind: 'win_rate', above: 0.5 }, name: null, outcome: 'held', unknown: null, value: 0.75, low: 0.6, high: 0.87, n: 60, bound: 0.5, p: 0.0004, adjusted: 0.0008, more: null }, { rule: { kind: 'check', name: null, margin: 0.05 }, name: 'over-commitment', outcome: 'unknown', unknown: 'not_measured', value: null, low: null, high: null, n: 0, bound: -0.05, p: null, adjusted: null, more: null }] },
		examples: [{ won: true, votes: ['candidate', 'candidate'], prompt: '租客可以提前解除合同吗？ May a tenant leave early?', candidate: '取决于合同约定：<img src=x onerror=alert(1)> α ≥ ½', parent: 'You will certainly win. 一定胜诉。' }],
		overlaps: 0,
		...more
	};
}
