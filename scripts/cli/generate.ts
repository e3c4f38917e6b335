import type { Command } from 'commander';
import { ASKED_POLICIES } from '#lib/domain/generation-plan.ts';
import type { Api } from './api.ts';
import { misused, refused } from './ending.ts';
import { columns } from './speaker.ts';
import type { Speaker } from './speaker.ts';
import { collect, oneOf, readSpan, segment, toolsFor, wholeNumber } from './tools.ts';
import type { Surroundings } from './tools.ts';
import { until } from './waiting.ts';

type Source = { name: string; answered: number; missed: number; leaked: number; cost: number | null; currency: string | null };
type Generation = { id: string; status: string; policy: string; prompts: number; done: number; total: number; comparisons: number; intoRound: number | null; sources: Source[]; missed: { code: string; n: number }[]; problem?: { message: string; hint?: string } | null };
type Preview = { prompts: number; answers: number; comparisons: number; sources: { name: string; costAtMost: number | null; currency: string | null }[] };
type Options = {
	from: string[];
	tag?: string;
	matter?: string;
	import?: string;
	unanswered?: boolean;
	limit?: number;
	samples?: number;
	temperature?: string[];
	topP?: string;
	maxTokens?: number;
	policy?: string;
	pairsPerPrompt?: number;
	seed?: number;
	dryRun?: boolean;
	follow?: boolean;
	timeout?: number;
};

const money = (amount: number | null, currency: string | null): string => (amount === null ? 'no price told' : `${amount.toFixed(2)} ${currency ?? ''}`.trimEnd());

function numeric(text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value)) throw misused(`“${text}” is no number.`);
	return value;
}

/** `endpoint:NAME`, `endpoint:ID` or `checkpoint:ID` as the API takes it. @throws Ending */
async function sourceOf(api: Api, project: string, from: string): Promise<{ endpointId: string } | { checkpointId: string }> {
	const [, kind, named = ''] = /^(endpoint|checkpoint):(.+)$/u.exec(from) ?? [];
	if (kind === undefined) throw misused(`“${from}” names no model. Write endpoint:NAME or checkpoint:ID.`);
	if (kind === 'checkpoint') return { checkpointId: named };
	const { endpoints } = await api.get<{ endpoints: { id: string; name: string; retiredAt: string | null }[] }>(`/projects/${segment(project)}/endpoints`);
	const found = endpoints.find(({ id, name, retiredAt }) => retiredAt === null && (id === named || name === named));
	if (!found) throw refused(`${project} has no endpoint “${named}”. It has: ${endpoints.map(({ name }) => name).join(', ') || 'none'}.`, { code: 'not_found' });
	return { endpointId: found.id };
}

async function planOf(api: Api, project: string, options: Options): Promise<object> {
	const { tag, matter, unanswered, limit, samples, temperature, topP, maxTokens, policy, pairsPerPrompt, seed } = options;
	const sources: object[] = [];
	for (const from of options.from) sources.push(await sourceOf(api, project, from));
	// What was not said is left to the API's own defaults.
	return {
		prompts: { tag, matter, import: options.import, unanswered, limit },
		sources,
		samples,
		temperatures: temperature?.map(numeric),
		topP: topP === undefined ? undefined : numeric(topP),
		maxTokens,
		policy,
		pairsPerPrompt,
		seed
	};
}

function generationLines(one: Generation): string[] {
	return [
		`Generation ${one.id} is ${one.status}${one.problem ? `: ${one.problem.message} ${one.problem.hint ?? ''}`.trimEnd() : ''}`,
		`  answers      ${one.done} of ${one.total} to ${one.prompts} prompts`,
		`  comparisons  ${one.comparisons}${one.intoRound === null ? '' : ` in round ${one.intoRound}`}`,
		...columns(one.sources.map(({ name, answered, missed, leaked, cost, currency }) => [`  ${name}`, `${answered} answered`, `${missed} missed`, `${leaked} name their maker`, money(cost, currency)]))
	];
}

/** Follows a generation to its end. @throws Ending when it failed or was stopped, or not in time */
async function follow(api: Api, speaker: Speaker, id: string, timeout: number | null): Promise<Generation> {
	const ended = await until<Generation>(speaker, { timeout }, async () => {
		const seen = await api.get<Generation>(`/generations/${segment(id)}`);
		return ['succeeded', 'failed', 'cancelled'].includes(seen.status) ? { value: seen } : { waiting: `The generation is ${seen.status}, ${seen.done} of ${seen.total} answers`, state: seen.status };
	});
	if (ended.status === 'succeeded') return ended;
	throw refused(`The generation ${ended.status}${ended.problem ? `: ${ended.problem.message}` : ''}. Let it go on: npx plumbline generate resume ${id}`, { code: `generation_${ended.status}`, generation: ended });
}

/** `plumbline generate` */
export function addGenerate(program: Command, surroundings: Surroundings): void {
	const generate = program
		.command('generate')
		.summary('have models answer prompts; the answers become blind comparisons')
		.usage('[options] <project>')
		.description('Prompts in, answers out of endpoints (added on the project’s page or by the API) and checkpoints, and comparisons of the open round by a declared policy.')
		.addHelpText('after', `
Examples:
  npx plumbline generate tenancy --from endpoint:gpt --from checkpoint:0198… --unanswered --dry-run
  npx plumbline generate tenancy --from endpoint:gpt --samples 4 --policy spread --follow

Options of the generation itself: npx plumbline generate start --help.`);

	generate
		.command('start', { isDefault: true })
		.summary('ask models (the word may be left out)')
		.argument('<project>')
		.requiredOption('--from <model>', 'endpoint:NAME or checkpoint:ID (several times; the first is the champion)', collect)
		.option('--tag <tag>', 'prompts with this tag')
		.option('--matter <matter>', 'prompts of this matter')
		.option('--import <id>', 'prompts of this import; newest: of the last one')
		.option('--unanswered', 'only prompts that nobody has answered')
		.option('--limit <n>', 'so many prompts at most', wholeNumber(1))
		.option('--samples <n>', 'answers of each model at each temperature', wholeNumber(1))
		.option('--temperature <t>', 'several times for a ladder', collect)
		.option('--top-p <p>', 'nucleus of the sampling')
		.option('--max-tokens <n>', 'longest answer', wholeNumber(1))
		.option('--policy <policy>', ASKED_POLICIES.join(', '), oneOf(ASKED_POLICIES, 'policy'))
		.option('--pairs-per-prompt <n>', 'for spread, random_pairs and adaptive', wholeNumber(1))
		.option('--seed <n>', 'of sampling and drawing', wholeNumber(0))
		.option('--dry-run', 'say what it would come to, and cost at the most')
		.option('--follow', 'stay until it has ended')
		.option('--timeout <span>', 'with --follow: wait so long at most', readSpan)
		.action(async (project: string, options: Options, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const plan = await planOf(server, project, options);
			const path = `/projects/${segment(project)}/generations`;
			const would = ({ prompts, answers, comparisons, sources }: Preview): string[] => [`${answers} answers to ${prompts} prompts, ${comparisons} comparisons at the most`, ...columns(sources.map(({ name, costAtMost, currency }) => [`  ${name}`, money(costAtMost, currency)]))];
			if (options.dryRun) {
				const preview = await server.send<Preview>('POST', `${path}/preview`, plan);
				return speaker.result(preview, would(preview));
			}
			const begun = await server.send<Preview & { id: string }>('POST', path, plan);
			if (!options.follow) return speaker.result(begun, [`Generation ${begun.id} is queued.`, ...would(begun), `Follow it: npx plumbline generate follow ${begun.id}`]);
			const done = await follow(server, speaker, begun.id, options.timeout ?? null);
			return speaker.result(done, generationLines(done));
		});

	generate
		.command('list')
		.summary('newest generations that people asked for')
		.argument('<project>')
		.action(async (project: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const { generations } = await (await api()).get<{ generations: Generation[] }>(`/projects/${segment(project)}/generations`);
			speaker.result({ generations }, columns(generations.map(({ id, status, policy, done, total, comparisons }) => [id, status, policy, `${done} of ${total} answers`, `${comparisons} comparisons`])));
		});

	generate
		.command('follow')
		.summary('stay with a generation until it has ended')
		.argument('<id>')
		.option('--timeout <span>', 'wait so long at most', readSpan)
		.action(async (id: string, { timeout }: { timeout?: number }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const done = await follow(await api(), speaker, id, timeout ?? null);
			speaker.result(done, generationLines(done));
		});

	generate
		.command('show')
		.summary('how a generation is, or how it ended')
		.argument('<id>')
		.action(async (id: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const one = await (await api()).get<Generation>(`/generations/${segment(id)}`);
			speaker.result(one, generationLines(one));
		});

	for (const [word, summary] of [['cancel', 'stop a generation; its answers stay'], ['resume', 'let one that failed or was stopped go on']] as const) {
		generate
			.command(word)
			.summary(summary)
			.argument('<id>')
			.action(async (id: string, _options: unknown, command: Command) => {
				const { speaker, api } = toolsFor(surroundings, command);
				const now = await (await api()).send<{ status: string }>('POST', `/generations/${segment(id)}/${word}`);
				speaker.result({ id, ...now }, [`Generation ${id} is ${now.status}.`]);
			});
	}
}
