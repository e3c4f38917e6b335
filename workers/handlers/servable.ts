import { join } from 'node:path';
import type { Checkpoint } from '#lib/server/db/checkpoints.ts';
import type { ModelSource } from '../engine/engine.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import { chatTemplateHash } from '../engine/swift/chat-template.ts';
import { layOutModel } from './checkpoint-files.ts';
import type { WorkerContext } from './context.ts';

/** A model as a server loads it, and the adapter that it answers with. */
export type Servable = { model: ModelSource; adapter?: string };

/**
 * A checkpoint laid out on this host, ready to answer: every file has the hash that it was registered with, and the chat
 * template is the one it was trained under.
 * @throws ArtifactDamaged where a file was changed or is missing
 */
export async function layOutServable(context: Pick<WorkerContext, 'app'>, base: ModelSource, checkpoint: Checkpoint, folder: string): Promise<Outcome<Servable>> {
	return underItsTemplate(checkpoint, await layOutModel(context, base, checkpoint, folder));
}

/** What was laid out of a checkpoint, if its chat template is the one it was trained under. */
export async function underItsTemplate(checkpoint: Checkpoint, laidOut: Servable): Promise<Outcome<Servable>> {
	if (checkpoint.chatTemplateSha256 === null || (await chatTemplateHash(laidOut.model)) === checkpoint.chatTemplateSha256) return value(laidOut);
	return problem('template_changed', `${checkpoint.name} was trained under another chat template than the one it would be served with.`, 'Restore the base model’s chat template, or its `plumbline.json`.');
}

/** Checkpoints of one server laid out: the model that it loads, and each as it is served. @throws ArtifactDamaged */
export async function layOutTogether(context: Pick<WorkerContext, 'app'>, base: ModelSource, checkpoints: readonly Checkpoint[], dir: string): Promise<Outcome<{ model: ModelSource; served: { name: string; adapter?: string }[] }>> {
	let model = base;
	const served: { name: string; adapter?: string }[] = [];
	for (const checkpoint of checkpoints) {
		const laidOut = await layOutServable(context, base, checkpoint, join(dir, checkpoint.id));
		if (!laidOut.ok) return laidOut;
		model = laidOut.value.model;
		served.push({ name: checkpoint.id, ...(laidOut.value.adapter ? { adapter: laidOut.value.adapter } : {}) });
	}
	return value({ model, served });
}
