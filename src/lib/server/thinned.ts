import { LTTB } from 'downsample';

/** A point of something that is drawn. */
type Point = { x: number; y: number };

/** At most `most` of the points, in their order: those that show its course, peaks among them, by largest-triangle-three-buckets (Steinarsson 2013). */
export function thinned<P extends Point>(points: readonly P[], most: number): P[] {
	return points.length <= most ? [...points] : Array.from(LTTB([...points], most) as ArrayLike<P>);
}
