/**
 * What a chat template or tokenizer would read as more than text, made harmless
 * and readable: one backslash after the opening bracket, `<image>` → `<\image>`.
 *
 * ms-swift 4.6 splits every text at `<image>`, `<video>`, `<audio>`, `<bbox>`,
 * `<ref-object>` and opens local files named in `<img>path</img>`; tokenizers
 * turn the text `<|im_end|>` into the token that ends a turn. User text must do
 * neither (semantics 15).
 *
 * The rule: a mark is `<` or `[`, then one of the names below, then `>` or `]`,
 * with nothing between – no blanks, no attributes. So these stay as they are:
 * `a < b`, `x <- y`, `List<String>`, `<div class="s">`, `<img src="x.png">`,
 * `f <| g`, Markdown links and `[x]` boxes. `<think>` and `<tool_call>` stay
 * too: models write them in answers, and they forge neither a medium nor a turn.
 *
 * A visible mark, not an invisible one, because something between here and the
 * tokenizer may strip what cannot be seen and put the markup together again.
 */

/** Bar tokens: `<|im_start|>`, `<|turn>`, `<channel|>`, DeepSeek's full-width `<｜User｜>`. */
const BAR = String.raw`[|｜][^\s<>[\]\\]{1,64}>|[^\s<>[\]\\|｜/]{1,64}[|｜]>`;

/** Placeholders of media and grounding, in ms-swift's templates and the models' own. */
const MEDIA = [
	'img(?:_?(?:pad|start|end|context|patch|newline|break))?',
	'image(?:pad|_[a-z0-9_]{1,40})?',
	'(?:video|audio)(?:_[a-z0-9_]{1,40})?',
	'im_[a-z]+',
	'start-image',
	'cot-process',
	'bbox|box|quad|ref|ref-object|point|slice|patch|embedding',
	'vision_[a-z]+|speech_[a-z]+'
].join('|');

/** Begin, end and role tokens that are not written with bars. */
const TURN = [
	's|bos|eos|pad|unk|mask|cls|sep|sop|eop|eoa|eot|eod|eom|bot',
	'sys',
	String.raw`(?:start|end|begin)_of_[a-z_]+|(?:start|end)_header_id|endoftext|end_of_[a-z_]+`,
	'_(?:system|user|bot|end|start|pad|observation)',
	'role|human|bot_end|user_end|system_end',
	String.raw`(?:seed|mm):[a-z_]+|think:[a-z]+`,
	String.raw`fim_[a-z]+|special_\d+|reserved_\d+|reserved_special_token_\d+|unused_?\d+|extra_id_\d+`
].join('|');

/** Bracketed control tokens (Mistral, GLM, BERT); capitals only, so that `[image]` in Markdown stays. */
const BRACKETED = [
	'INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS|TOOL_CONTENT|ARGS|CALL_ID',
	'IMG|IMG_BREAK|IMG_END|AUDIO|BEGIN_AUDIO|PREFIX|MIDDLE|SUFFIX',
	String.raw`CLS|SEP|PAD|MASK|UNK|BOS|EOS|[gs]MASK|UNUSED_TOKEN_\d+|control_\d+`
].join('|');

// Names are bounded and have no repeat inside a repeat: hostile text must not make the match slow.
// No name may hold `<`, `[` or a backslash: then marks never overlap, a backslash is only ever
// added where no other mark's name can see it, and one rule undoes exactly what the other did.
const ANGLE = new RegExp(String.raw`<(\\*)(?=(?:${BAR}|\/?(?:${MEDIA}|${TURN})\/?>))`, 'giu');
const SQUARE = new RegExp(String.raw`\[(\\*)(?=\/?(?:${BRACKETED})\])`, 'gu');

/**
 * Makes template markup in a text harmless; `count` is how many marks were
 * changed. Marks that carry backslashes already get one more, so that every
 * text comes back exactly: `restore(neutralise(text).text) === text`.
 */
export function neutralise(text: string): { text: string; count: number } {
	let count = 0;
	const escape = (open: string) => (_mark: string, slashes: string) => {
		count += 1;
		return `${open}\\${slashes}`;
	};
	const safe = text.replace(ANGLE, escape('<')).replace(SQUARE, escape('['));
	return { text: safe, count };
}

/** The text that `neutralise` was given. Takes one backslash from every mark; a bare mark, which neutralised text has not, stays. */
export function restore(text: string): string {
	const unescape = (open: string) => (_mark: string, slashes: string) => open + slashes.slice(1);
	return text.replace(ANGLE, unescape('<')).replace(SQUARE, unescape('['));
}

/** Whether a text holds markup that a template would read. False for everything that `neutralise` gives. */
export function hasTemplateMarkup(text: string): boolean {
	return [ANGLE, SQUARE].some((pattern) => [...text.matchAll(pattern)].some((match) => match[1] === ''));
}

/** Where a text holds markup, neutralised or not, as offsets of UTF-16 units: what changes the text must leave these whole. */
export function markupIn(text: string): { start: number; end: number }[] {
	return ([[ANGLE, '>'], [SQUARE, ']']] as const).flatMap(([pattern, close]) => [...text.matchAll(pattern)].map(({ index }) => ({ start: index, end: text.indexOf(close, index) + 1 })));
}
