/** What of a tokenizer says which words of a template it knows. */
export type TokenizerFacts = {
	/** Tokens that are one piece whatever stands beside them, with their ids. */
	added: ReadonlyMap<string, number>;
	/** What ends an answer; null where the tokenizer names none. */
	eos: string | null;
	/** Rows of the model's embedding: ids from there on have no weights. Null where the model does not say. */
	vocabulary: number | null;
};

/** Words with which templates set roles and ends apart from text: `<|im_end|>`, `<end_of_turn>`, DeepSeek's `<｜User｜>`. */
const MARKER = /<\|[\w./-]{1,40}\|>|<｜[^<>｜\s]{1,40}｜>|<(?:start|end)_of_turn>/gu;

/** Why a template and a tokenizer are not of one model. */
export type TemplateMismatch = { code: 'unknown_markers' | 'no_weights'; markers: string[] };

/**
 * Whether a chat template fits a tokenizer; null when it does, or when nothing speaks against it. A template whose
 * markers are all plain text to the tokenizer, and that does not end an answer with the tokenizer's own end either, is
 * another model's: trained so, an answer would never end. (Zephyr's roles are plain text, and its turns end with the
 * tokenizer's end.) A marker whose id has no row in the embedding would break the training.
 */
export function templateMismatch(template: string, { added, eos, vocabulary }: TokenizerFacts): TemplateMismatch | null {
	const markers = [...new Set(template.match(MARKER) ?? [])];
	const known = markers.filter((marker) => added.has(marker));
	const without = known.filter((marker) => vocabulary !== null && (added.get(marker) ?? 0) >= vocabulary);
	if (without.length > 0) return { code: 'no_weights', markers: without };
	const ends = /\beos_token\b/.test(template) || (eos !== null && eos !== '' && template.includes(eos) && (added.has(eos) || !markers.includes(eos)));
	return markers.length > 0 && known.length === 0 && !ends ? { code: 'unknown_markers', markers } : null;
}
