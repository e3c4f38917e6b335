import * as v from 'valibot';
import type { App } from '../app.ts';

const Message = v.strictObject({ role: v.picklist(['system', 'user']), content: v.string() });
/** `id`: as it was asked for, a checkpoint or an export of one. */
const Side = v.strictObject({ id: v.string(), checkpointId: v.string(), text: v.string() });
const Turn = v.strictObject({ userId: v.string(), blind: v.boolean(), messages: v.array(Message), left: Side, right: Side });

/** What a turn of the playground holds under its seal: question, answers and whose they are, for one person. */
export type Turn = v.InferOutput<typeof Turn>;
export type PlaygroundMessage = v.InferOutput<typeof Message>;

const placeOf = (projectId: string) => `playground:${projectId}`;

/** A turn as it is handed out: nobody reads or changes it, and nothing is stored. */
export async function sealTurn({ secrets }: Pick<App, 'secrets'>, projectId: string, turn: Turn): Promise<string> {
	return secrets.seal(JSON.stringify(turn), placeOf(projectId));
}

/** A turn that this project's playground gave to this person; null: it is none. */
export async function openTurn({ secrets }: Pick<App, 'secrets'>, of: { projectId: string; userId: string; sealed: string }): Promise<Turn | null> {
	const opened = await secrets.open(of.sealed, placeOf(of.projectId));
	const turn = opened.ok ? v.safeParse(Turn, JSON.parse(opened.value)) : null;
	return turn?.success && turn.output.userId === of.userId ? turn.output : null;
}
