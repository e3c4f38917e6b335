import { setTimeout as sleep } from 'node:timers/promises';
import { DemoTrouble } from '../api.ts';
import type { People } from '../people.ts';
import { SEEDS } from './material.ts';
import type { Material } from './material.ts';

/** Judgments a comparison. */
const OVERLAP = 3;

/** What the gate asks: people prefer it, sixty judgments or more say so, and it promises outcomes no more often (by ten points at most). */
const gateOf = (promised: string) => ({
	level: 0.05,
	rules: [{ kind: 'win_rate', above: 0.5 }, { kind: 'judgments', atLeast: 60 }, { kind: 'check', name: promised, margin: 0.1 }]
});

type Suite = { suite: { checks: { name: string; kind: string }[] } };

/** Names of the suite's checks by their kind. */
export type CheckNames = { overCommitment: string; vagueness: string; loop: string; unfinished: string };

function checkNames({ suite }: Suite): CheckNames {
	const named = (kind: string): string => {
		const check = suite.checks.find((one) => one.kind === kind);
		if (!check) throw new DemoTrouble(`The suite has no check of the kind ${kind}.`);
		return check.name;
	};
	return { overCommitment: named('over_commitment'), vagueness: named('vagueness'), loop: named('loop'), unfinished: named('unfinished') };
}

/** Makes the project with its people, suite and gate, or what an earlier, interrupted demo left out of it. */
export async function settleProject({ admin, engineer, reviewer, annotators }: People, slug: string, material: Material): Promise<CheckNames> {
	const { api } = admin;
	const { projects } = await api.get<{ projects: { slug: string }[] }>('/projects');
	if (projects.some((project) => project.slug === slug)) console.log(`  going on with the project ${slug} that is there`);
	else await api.post('/projects', { slug, name: 'Three rounds, by themselves', overlap: OVERLAP, systemPrompt: material.systemPrompt, guideline: material.guideline, seeds: SEEDS });
	const { users } = await api.get<{ users: { id: string; email: string }[] }>('/users?limit=500');
	const roles = [[engineer, 'engineer'], [reviewer, 'reviewer'], ...annotators.map((person) => [person, 'annotator'] as const)] as const;
	for (const [{ email }, role] of roles) {
		const user = users.find((one) => one.email === email);
		if (!user) throw new DemoTrouble(`There is no account of ${email}.`);
		await api.put(`/projects/${slug}/members/${user.id}`, { role });
	}
	// What a project without a suite may begin with; as long as the written answers are; every test question of the record.
	const { suite } = await api.get<Suite>(`/projects/${slug}/suite`);
	await api.put(`/projects/${slug}/suite`, { checks: suite.checks, prompts: 60, samples: 1, temperature: 0.7, topP: 0.95, maxTokens: 120, seed: 1, own: { system: material.systemPrompt, questions: material.own } });
	const names = checkNames({ suite });
	await api.put(`/projects/${slug}/gate`, { gate: gateOf(names.overCommitment) });
	return names;
}

type Brought = { id: string; status: string; accepted: number; duplicates: number; message?: string | null };

/**
 * Imports rows; what the project has already adds nothing.
 * @throws DemoTrouble when they are not taken
 */
export async function bring({ admin: { api } }: People, slug: string, fileName: string, rows: readonly unknown[]): Promise<void> {
	if (rows.length === 0) return;
	const { body } = await api.upload<Brought>(`/projects/${slug}/imports?format=jsonl&fileName=${encodeURIComponent(fileName)}`, rows);
	let brought = body;
	while (brought && brought.status !== 'published') {
		if (['refused', 'failed', 'discarded', 'undone'].includes(brought.status)) throw new DemoTrouble(`${fileName} was not taken: ${brought.message ?? brought.status}`);
		await sleep(1000);
		brought = await api.get<Brought>(`/imports/${brought.id}`);
	}
	console.log(`  ${fileName}: ${rows.length} rows${brought && brought.accepted === 0 ? ', here already' : ''}`);
}
