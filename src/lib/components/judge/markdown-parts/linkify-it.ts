/** In the browser's build this stands in for the package `linkify-it`: bare addresses stay text, and markdown-it asks it for nothing. */
export function LinkifyIt(): void {
	// `new LinkifyIt()` is all that is ever done with it.
}
