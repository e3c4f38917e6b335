import { Command, CommanderError } from 'commander';
import { describe, Trouble } from '../start/trouble.mjs';
import { addArchive } from './archive.ts';
import { addAudit } from './audit.ts';
import { Ending, EXIT, misused } from './ending.ts';
import { addExport } from './export.ts';
import { addGenerate } from './generate.ts';
import { addImport } from './import.ts';
import { addLogin } from './login.ts';
import { addProject } from './project.ts';
import { addRound } from './round.ts';
import { addRun } from './run.ts';
import { addSnapshot } from './snapshot.ts';
import { addSweep } from './sweep.ts';
import { addToken } from './token.ts';
import type { GlobalOptions, Surroundings } from './tools.ts';
import { addUser } from './user.ts';

/** All commands. `json`: what is wrong with how they are called goes out as JSON too, by `endBadly`. */
function makeProgram(surroundings: Surroundings, json: boolean): Command {
	const program = new Command('npx plumbline')
		.description('Plumbline from the command line: judgments in, datasets out, rounds by script. Run it in the checkout.')
		.option('--server <address>', 'where Plumbline is (default: PLUMBLINE_URL, else where you signed in last)')
		.option('--json', 'one JSON document on standard output; what goes wrong as JSON on standard error')
		.option('-q, --quiet', 'say nothing on the way')
		.helpCommand(false)
		.exitOverride()
		.configureOutput({ writeOut: (text) => void surroundings.out.write(text), writeErr: (text) => void (json || surroundings.err.write(text)) })
		.configureHelp({ showGlobalOptions: true })
		.showHelpAfterError('Add --help to learn more.')
		.addHelpText('after', `
A first round, from nothing (docs/command-line.md):
  npx plumbline login http://127.0.0.1:3000
  npx plumbline project create tenancy --overlap 3
  npx plumbline import tenancy pairs.jsonl
  npx plumbline round wait tenancy
  npx plumbline round play tenancy

Exit codes: 0 done · 1 refused, or ended badly · 2 used wrongly · 3 not signed in ·
4 the server cannot be reached or the transfer broke off · 5 the time given ran out.
Environment: PLUMBLINE_URL, PLUMBLINE_TOKEN. audit verify and user password-link work on the
database itself: DATABASE_URL, else the embedded one of PLUMBLINE_DATA_DIR while npm start runs.`);
	for (const add of [addLogin, addProject, addImport, addGenerate, addSnapshot, addExport, addRun, addSweep, addRound, addUser, addToken, addArchive, addAudit]) add(program, surroundings);
	return program;
}

/** What was thrown, as people and scripts read it. Gives the exit code. */
function endBadly(error: unknown, json: boolean, { err }: Surroundings): number {
	const exitCode = error instanceof Ending ? error.exitCode : error instanceof Trouble ? EXIT.refused : EXIT.bug;
	if (json) {
		const facts = error instanceof Ending ? error.facts : {};
		err.write(`${JSON.stringify({ error: { message: describe(error).at(-1), ...facts }, exitCode })}\n`);
	} else for (const line of describe(error)) err.write(`${line}\n`);
	return exitCode;
}

/** What commander says of a wrong call, without its mark; help that stands in for an error says nothing. */
const misuse = ({ code, message }: CommanderError): Ending => misused(code === 'commander.help' ? 'A command is missing here; --help lists them.' : message.replace(/^error: /, '').replaceAll('\n', ' '));

/**
 * Runs one command.
 * @param argv words after `plumbline`
 * @returns the exit code, as docs/command-line.md lists them
 */
export async function main(argv: readonly string[], surroundings: Surroundings = { env: process.env, stdin: process.stdin, out: process.stdout, err: process.stderr }): Promise<number> {
	// Whoever reads our output may have had enough, as `head` has.
	process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT.bug));
	// Looked for before it is parsed: what is wrong may come first. What follows a bare -- are words.
	const json = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length).includes('--json');
	const program = makeProgram(surroundings, json);
	if (argv.length === 0) {
		program.outputHelp({ error: true });
		return EXIT.misused;
	}
	try {
		await program.parseAsync(argv, { from: 'user' });
		return EXIT.well;
	} catch (error) {
		// Help that was asked for is no error; help that was shown because a word was missing is.
		if (!(error instanceof CommanderError)) return endBadly(error, program.opts<GlobalOptions>().json ?? false, surroundings);
		if (error.code === 'commander.helpDisplayed') return EXIT.well;
		return json ? endBadly(misuse(error), json, surroundings) : EXIT.misused;
	}
}
