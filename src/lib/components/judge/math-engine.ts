import temml from 'temml';
import './math.css';

/** Loaded by `math.ts` alone, when a text has a formula. Throws on what it does not understand. */
export function toMathML(source: string, displayMode: boolean): string {
	// Untrusted: no links, images, classes or ids; macros that grow without end and boxes that cover the page are cut off.
	return temml.renderToString(source, { displayMode, throwOnError: true, trust: false, strict: false, annotate: false, maxExpand: 200, maxSize: [5, 10], macros: {} });
}
