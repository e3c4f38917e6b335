import { peopleLines } from '../checkpoint.ts';
import type { Checkpoint } from '../checkpoint.ts';
import type { People } from '../people.ts';
import { share } from '../print.ts';

type Rule = { rule: { kind: string }; name: string | null; outcome: 'held' | 'not_held' | 'unknown'; value: number | null; low: number | null; adjusted: number | null };
type Gate = { gate: { verdict: { passed: boolean; rules: Rule[] } } | null; look: { value: number | null; low: number | null; high: number | null; judgments: number; more: { judgments: number } | null; flip: number | null } | null };
type Decided = Checkpoint & { decisions: { decision: string }[] };

const number = (value: number | null, digits = 3): string => (value === null ? '—' : value.toFixed(digits));

/** What the gate says of a checkpoint, rule by rule. */
function gateLines({ gate, look }: Gate): string[] {
	const rules = (gate?.verdict.rules ?? []).map(({ rule, name, outcome, value, low, adjusted }) => `    ${outcome.replace('_', ' ').padEnd(8)}  ${rule.kind}${name === null ? '' : ` (${name})`}: ${number(value)}, lower bound ${number(low)}${adjusted === null ? '' : `, corrected p ${number(adjusted, 4)}`}`);
	const people = look && look.value !== null ? [`  at any time          ${number(look.value)} [${number(look.low)} to ${number(look.high)}] by ${look.judgments} judgments${look.more ? `; about ${look.more.judgments} more would decide` : ''}${look.flip === null ? '' : `; ${look.flip} votes the other way would undo it`}`] : [];
	return [...people, `  gate                 ${gate?.verdict.passed ? 'passed' : 'not passed'}`, ...rules];
}

/**
 * The reviewer decides as the gate says: what passes is promoted; what people
 * like less than its parent is rejected; else it takes more data. A decision
 * that is there stands.
 */
export async function decideByGate({ reviewer: { api, name, password } }: People, id: string): Promise<string> {
	const [checkpoint, gate] = [await api.get<Decided>(`/checkpoints/${id}`), await api.get<Gate>(`/checkpoints/${id}/gate`)];
	for (const line of [`  ${checkpoint.name} beside ${checkpoint.parent?.name ?? 'its parent'}`, ...peopleLines(checkpoint), ...gateLines(gate)]) console.log(line);
	const [before] = checkpoint.decisions;
	if (before) return before.decision;
	const winRate = checkpoint.people?.winRate;
	const decision = gate.gate?.verdict.passed ? 'promote' : winRate && winRate.high !== null && winRate.high < 0.5 ? 'reject' : 'more_data';
	await api.post(`/checkpoints/${id}/decision`, { decision, reason: `The gate ${decision === 'promote' ? 'passed' : 'did not pass'}; win rate by simulated people ${share(winRate)}.`, password });
	console.log(`  ${name} decides: ${decision}`);
	return decision;
}
