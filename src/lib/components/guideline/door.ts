import { getContext, setContext } from 'svelte';

const KEY = Symbol('guideline');

/** Opens the guideline at a heading. */
export type GuidelineDoor = (heading: string) => void;

/** Lets everything below this component open the guideline. */
export function giveGuidelineDoor(open: GuidelineDoor): void {
	setContext(KEY, open);
}

/** The way to the guideline; undefined where none lies beside. */
export function guidelineDoor(): GuidelineDoor | undefined {
	return getContext<GuidelineDoor | undefined>(KEY);
}
