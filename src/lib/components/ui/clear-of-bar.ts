/** Room between a bar at the foot of the window and what is brought into view above it. */
const GAP_PX = 16;

/** Lets nothing that is brought into view from now on lie beneath a bar at the foot of the window. */
export function keepClearOf(bar: HTMLElement): void {
	document.documentElement.style.scrollPaddingBottom = `${bar.offsetHeight + GAP_PX}px`;
}

/** The same for as long as the bar is there, however it grows and shrinks. For `{@attach …}`. */
export function clearOfBar(bar: HTMLElement): () => void {
	const observer = new ResizeObserver(() => keepClearOf(bar));
	observer.observe(bar);
	return () => {
		observer.disconnect();
		document.documentElement.style.removeProperty('scroll-padding-bottom');
	};
}
