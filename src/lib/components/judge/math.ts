/**
 * Formulas as MathML, which browsers set by themselves: no fonts, no inline layout, read aloud as maths.
 * The library (Temml) loads with the first formula.
 */
let engine: { toMathML: (source: string, display: boolean) => string } | null = null;

/** MathML nested deeper takes browsers very long to lay out, and no person wrote it. */
const DEEPEST = 60;

/** Fetches the library; true once it is there. */
export async function loadMath(): Promise<boolean> {
	engine ??= await import('./math-engine.ts');
	return true;
}

/** Whether formulas can be set now. */
export function mathReady(): boolean {
	return engine !== null;
}

function depth(mathml: string): number {
	let now = 0;
	let most = 0;
	for (const [, end] of mathml.matchAll(/<(\/?)[a-z]/gu)) {
		now += end ? -1 : 1;
		most = Math.max(most, now);
	}
	return most;
}

/** A formula as MathML, still to be sanitised; null: not yet loaded, or not a formula the library understands: show its source. */
export function setFormula(source: string, display: boolean): string | null {
	if (!engine) return null;
	try {
		const mathml = engine.toMathML(source, display);
		return depth(mathml) > DEEPEST ? null : mathml;
	} catch {
		return null;
	}
}
