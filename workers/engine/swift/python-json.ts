/** An object as a file of JSON holds it. */
export type Json = Record<string, unknown>;

/**
 * The object that Python wrote as JSON; undefined where it is torn, or holds something else. Python writes NaN and
 * Infinity, for which JSON has no word: null stands in their place.
 */
export function parsePython(text: string): Json | undefined {
	for (const one of [text, text.replace(/([:,[]\s*)(NaN|-?Infinity)(?=\s*[,}\]])/g, '$1null')]) {
		try {
			const json: unknown = JSON.parse(one);
			return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : undefined;
		} catch {
			// Torn or no JSON: without Python's numbers it may be.
		}
	}
	return undefined;
}
