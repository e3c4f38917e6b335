/** Longer lines are cut: one line of a hostile file must not stop the page. */
const MAX_LINE = 4000;
/** Colour and cursor codes of a terminal, and links (which end with a bell or with escape and a backslash). */
const ESCAPES = new RegExp(String.raw`\u001b(?:\[[0-?]*[ -\/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|.)`, 'gu');
/** Characters that turn text around or hide it: a log must read as it is written. A tab is neither. */
const HIDDEN = /(?!\t)[\p{Cc}\p{Cf}]/gu;

/** A line of a log as plain, visible text: terminal codes gone, invisible and direction-changing characters named. */
export function printable(line: string): string {
	const cut = line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
	return cut.replace(ESCAPES, '').replace(HIDDEN, (character) => `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`);
}
