import { isRounded } from '#lib/domain/checkpoint-export.ts';
import type { ExportFormat } from '#lib/domain/checkpoint-export.ts';
import { problem, value } from '../engine/problem.ts';
import type { Outcome } from '../engine/problem.ts';
import type { EngineEnvironment } from '../engine/swift/environment-types.ts';
import { quantEnvironment } from '../engine/swift/quantise.ts';

/**
 * The Python that runs what is measured: rounded weights want the packages that made them, and a GPU.
 * @param form null: the checkpoint as it was trained
 * @param awqPython one of an environment made for AWQ, by which such an export is read
 */
export async function formEnvironment(environment: EngineEnvironment, form: ExportFormat | null, awqPython: string | undefined): Promise<Outcome<EngineEnvironment>> {
	if (form === null || !isRounded(form)) return value(environment);
	if (environment.device === 'cpu') return problem('gpu_missing', `${form.toUpperCase()} weights run on a GPU, and no worker here has one.`, 'Start a worker on a host with a GPU, then have the export measured again.');
	return quantEnvironment(environment, form, awqPython);
}
