import type { Command } from 'commander';
import { heldOutLines, peopleLines } from '../demo/checkpoint.ts';
import type { Checkpoint } from '../demo/checkpoint.ts';
import { decide, playRound } from './play-round.ts';
import type { PlayOptions } from './play-round.ts';
import { judged, judging, readRounds } from './rounds.ts';
import { readPassword } from './secret.ts';
import { columns } from './speaker.ts';
import { freezeOptions } from './snapshot.ts';
import { recipeOptions } from './run.ts';
import { oneOf, readSpan, segment, toolsFor } from './tools.ts';
import type { Surroundings } from './tools.ts';
import { until } from './waiting.ts';

const DECISIONS = ['promote', 'reject', 'more_data'] as const;

const WAITS = 'Signed. The gate does not pass, so a second person must sign: npx plumbline round sign, or the checkpoint’s page.';

/** What is known about a checkpoint, as lines. */
function checkpointLines(checkpoint: Checkpoint): string[] {
	return [`Checkpoint ${checkpoint.name} ${checkpoint.id}`, ...heldOutLines(checkpoint), ...peopleLines(checkpoint)];
}

/** `plumbline round` */
export function addRound(program: Command, surroundings: Surroundings): void {
	const round = program
		.command('round')
		.summary('follow and play a round: judge, freeze, train, measure, decide')
		.description('One turn of the circle. People judge; the rest can be scripted.')
		.addHelpText('after', `
Examples:
  npx plumbline round show tenancy
  npx plumbline round wait tenancy --timeout 8h && npx plumbline round play tenancy
  npx plumbline round decide $CHECKPOINT promote --reason "Careful, and no worse elsewhere."
  npx plumbline round sign $CHECKPOINT

A whole round by script: docs/command-line.md.`);

	round
		.command('show')
		.summary('where the rounds of a project stand')
		.argument('<project>')
		.action(async (project: string, _options: unknown, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const rounds = await readRounds(await api(), project);
			speaker.result({ rounds }, columns(rounds.map((one) => [`Round ${one.number}`, one.status, judged(one)])));
		});

	round
		.command('wait')
		.summary('stay until everything in the newest round is judged')
		.argument('<project>')
		.option('--timeout <span>', 'wait so long at most: 30m, 8h', readSpan)
		.action(async (project: string, { timeout }: { timeout?: number }, command: Command) => {
			const { speaker, api } = toolsFor(surroundings, command);
			const server = await api();
			const done = await until(speaker, { timeout: timeout ?? null }, () => judging(server, project));
			speaker.result(done, [`Round ${done.number}: ${judged(done)}.`]);
		});

	recipeOptions(freezeOptions(round.command('play').summary('wait for the judging, freeze, train, wait for the figures, decide if told to').argument('<project>')))
		.option('--now', 'do not wait until everything is judged')
		.option('--run <id>', 'go on with this run, of whatever round')
		.option('--timeout <span>', 'give up after so long; what was begun goes on', readSpan)
		.option('--decide <decision>', DECISIONS.join(', '), oneOf(DECISIONS, 'decision'))
		.option('--reason <text>', 'why, for the record')
		.option('--override', 'promote also where the gate does not pass; a second person must sign then')
		.addHelpText('after', `
Run it again after it broke off: it goes on with the run that the newest round has. It waits for the
evaluation and for the answers that fill the next round, prints the figures, and leaves the
decision to a reviewer, unless --decide and --reason say it (the token must be one that may decide). A decision is signed
with the password of the token's owner: it is asked for, or taken from PLUMBLINE_PASSWORD. Where the
project has four eyes, who started the run does not decide on it.

Example:
  npx plumbline round play tenancy --objective dpo --set maxSteps=200 --timeout 6h`)
		.action(async (project: string, options: PlayOptions, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const played = await playRound(await tools.api(), tools.speaker, project, options, () => readPassword(tools, surroundings.env));
			const { checkpoint, decision } = played;
			tools.speaker.result(played, [...checkpointLines(checkpoint), decision ? (played.status === 'waiting' ? WAITS : `Decided: ${decision}.`) : `A reviewer decides: npx plumbline round decide ${checkpoint.id} promote --reason "…"`]);
		});

	round
		.command('decide')
		.summary('promote, reject or ask for more data, with a reason (reviewers)')
		.argument('<checkpoint>', 'id of the checkpoint')
		.argument('<decision>', DECISIONS.join(', '), oneOf(DECISIONS, 'decision'))
		.requiredOption('--reason <text>', 'why, for the record')
		.option('--override', 'promote also where the gate does not pass; a second person must sign then')
		.addHelpText('after', `\nYou sign with your password: it is asked for, read from a pipe, or taken from PLUMBLINE_PASSWORD.`)
		.action(async (id: string, decision: string, { reason, override }: { reason: string; override?: boolean }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const server = await tools.api();
			const checkpoint = await server.get<Checkpoint>(`/checkpoints/${segment(id)}`);
			const signed = await decide(server, id, { decision, reason, password: await readPassword(tools, surroundings.env), override });
			tools.speaker.result({ ...signed, checkpoint }, [...checkpointLines(checkpoint), signed.status === 'waiting' ? WAITS : `Decided: ${signed.decision}.`]);
		});

	round
		.command('sign')
		.summary('sign a promotion against the gate as the second person (reviewers)')
		.argument('<checkpoint>', 'id of the checkpoint')
		.option('--decline', 'end its waiting instead')
		.action(async (id: string, { decline }: { decline?: boolean }, command: Command) => {
			const tools = toolsFor(surroundings, command);
			const server = await tools.api();
			const body = decline ? { sign: false } : { sign: true, password: await readPassword(tools, surroundings.env) };
			const settled = await server.send<{ id: string; status: string }>('POST', `/checkpoints/${segment(id)}/decision/signature`, body);
			tools.speaker.result(settled, [settled.status === 'signed' ? 'Signed: the checkpoint is promoted.' : 'It waits no longer.']);
		});
}
