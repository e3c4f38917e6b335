import { Trouble } from '../start/trouble.mjs';

/** Exit codes, as docs/command-line.md lists them. */
export const EXIT = { well: 0, refused: 1, misused: 2, notSignedIn: 3, unreachable: 4, timedOut: 5, bug: 70, interrupted: 130 } as const;

/** Facts of an ending for `--json`: a problem document's code, fields and the like. */
export type EndingFacts = Record<string, unknown>;

/** The command ends here, not well: one line for people, facts for scripts, and the exit code that says of which kind. */
export class Ending extends Trouble {
	readonly exitCode: number;
	readonly facts: EndingFacts;

	constructor(exitCode: number, message: string, facts: EndingFacts = {}, detail?: string) {
		super(message, detail);
		this.exitCode = exitCode;
		this.facts = facts;
	}
}

/** Refused, or what was waited for ended badly. */
export const refused = (message: string, facts?: EndingFacts): Ending => new Ending(EXIT.refused, message, facts);

/** Used in a way that cannot work; nothing was asked of the server. */
export const misused = (message: string): Ending => new Ending(EXIT.misused, message, { code: 'misused' });
