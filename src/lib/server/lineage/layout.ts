import { Graph, layout } from '@dagrejs/dagre';

/** A thing's size in the drawing, in pixels. */
export const BOX = { width: 200, height: 52 } as const;

export type PlacedThing = { key: string; x: number; y: number };
/** An arrow as the path of an SVG. */
export type PlacedArrow = { from: string; to: string; path: string };
export type Drawing = { width: number; height: number; things: PlacedThing[]; arrows: PlacedArrow[] };

type Point = { x: number; y: number };

const at = ({ x, y }: Point): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
const between = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });

/** A smooth line: bends round each point on the way. */
function pathOf(points: readonly Point[]): string {
	const [first, ...rest] = points;
	const last = rest.at(-1);
	if (!first || !last) return '';
	const bends = rest.slice(0, -1).map((point, index) => `Q ${at(point)} ${at(between(point, rest[index + 1] ?? point))}`);
	return [`M ${at(first)}`, ...bends, `L ${at(last)}`].join(' ');
}

/** Places things in layers, the earlier above the later, so that few arrows cross (dagre: Gansner et al. 1993). The same for the same things and arrows. */
export function drawingOf(keys: readonly string[], arrows: readonly { from: string; to: string }[]): Drawing {
	const graph = new Graph();
	graph.setGraph({ rankdir: 'TB', nodesep: 24, ranksep: 34, edgesep: 12, marginx: 6, marginy: 6 });
	graph.setDefaultEdgeLabel(() => ({}));
	for (const key of keys) graph.setNode(key, { ...BOX });
	for (const { from, to } of arrows) graph.setEdge(from, to);
	layout(graph);
	const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
	return {
		width: Math.ceil(width),
		height: Math.ceil(height),
		things: keys.map((key) => {
			const { x, y } = graph.node(key) as Point;
			return { key, x: x - BOX.width / 2, y: y - BOX.height / 2 };
		}),
		arrows: arrows.map(({ from, to }) => ({ from, to, path: pathOf((graph.edge(from, to) as { points: Point[] }).points) }))
	};
}
