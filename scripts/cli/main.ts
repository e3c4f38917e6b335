import { describe, Trouble } from '../start/trouble.mjs';
import { auditVerify } from './audit-verify.ts';
import type { Command } from './command.ts';
import { passwordLink } from './password-link.ts';

const COMMANDS: readonly Command[] = [auditVerify, passwordLink];
const WRONG_USE = 2;

const usage = (command: Command): string => `npx plumbline ${[...command.words, ...command.takes].join(' ')}`;

function overview(): string {
	const width = Math.max(...COMMANDS.map((command) => usage(command).length));
	return `Plumbline, for whoever runs this installation. Run it in the checkout.

${COMMANDS.map((command) => `  ${usage(command).padEnd(width)}  ${command.summary}`).join('\n')}

  Add --help to a command to learn more about it.

The database is the one that DATABASE_URL names, else the embedded one of the data folder
(PLUMBLINE_DATA_DIR, default .plumbline), which runs while npm start does.`;
}

/**
 * Runs one command.
 * @param argv words after `plumbline`
 * @returns the exit code: 0 well, 1 not well, 2 used wrongly
 */
export async function main(argv: readonly string[], say: (line: string) => void = (line) => console.log(line), complain: (line: string) => void = (line) => console.error(line)): Promise<number> {
	const help = argv.some((word) => word === '--help' || word === '-h');
	const words = argv.filter((word) => word !== '--help' && word !== '-h');
	if (words.length === 0) {
		(help ? say : complain)(overview());
		return help ? 0 : WRONG_USE;
	}
	const command = COMMANDS.find((candidate) => candidate.words.every((word, i) => words[i] === word));
	if (!command) {
		complain(`There is no command “${words.join(' ')}”.\n\n${overview()}`);
		return WRONG_USE;
	}
	if (help) {
		say(`${usage(command)}\n\n${command.summary[0]?.toUpperCase() ?? ''}${command.summary.slice(1)}.\n\n${command.help}`);
		return 0;
	}
	const given = words.slice(command.words.length);
	if (given.length !== command.takes.length) {
		complain(`It is used so: ${usage(command)}`);
		return WRONG_USE;
	}
	try {
		return await command.run(given, say);
	} catch (error) {
		for (const line of describe(error)) complain(line);
		return error instanceof Trouble ? 1 : 70;
	}
}
