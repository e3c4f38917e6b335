import { canMeasure } from '../../domain/checkpoint-export.ts';
import type { ExportFormat } from '../../domain/checkpoint-export.ts';
import type { Tx } from '../db/client.ts';
import * as workers from '../db/workers.ts';

/** How long work waits that another worker than the one that was offered it is to do. */
export const LEFT_TO_OTHERS_SECONDS = 5;

/** Whether a form is for another living worker to run: this one cannot run its weights, that one can. */
export async function isForOthers(tx: Tx, format: ExportFormat, workerId: string): Promise<boolean> {
	const able = (await workers.alive(tx)).filter(({ capabilities }) => canMeasure(format, capabilities));
	return !able.some(({ id }) => id === workerId) && able.some(({ draining, capabilities }) => !draining && capabilities.engine.state === 'ready');
}
