import type { TrainRequest } from '../engine.ts';
import type { EngineEnvironment } from './environment-types.ts';

/** Folder of an attempt that TensorBoard's event files go into. */
export const TENSORBOARD_FOLDER = 'tensorboard';

/**
 * What the engine's trackers read from the environment. MLflow gets settings and curves under the run's name, never a
 * row and never a file; its package's own telemetry is off, and a server that is away is given up soon.
 */
export function trackerEnv({ mlflow }: Pick<EngineEnvironment, 'mlflow'>, { recipe, attempt, dir }: Pick<TrainRequest, 'recipe' | 'attempt' | 'dir'>): Record<string, string> {
	if (recipe.tracker === 'tensorboard') return { TENSORBOARD_LOGGING_DIR: `${dir}/${TENSORBOARD_FOLDER}` };
	if (recipe.tracker !== 'mlflow' || mlflow === undefined) return {};
	return {
		MLFLOW_TRACKING_URI: mlflow,
		MLFLOW_EXPERIMENT_NAME: 'plumbline',
		MLFLOW_TAGS: JSON.stringify({ 'plumbline.attempt': attempt }),
		HF_MLFLOW_LOG_ARTIFACTS: 'false',
		MLFLOW_HTTP_REQUEST_MAX_RETRIES: '2',
		MLFLOW_HTTP_REQUEST_TIMEOUT: '15',
		MLFLOW_DISABLE_TELEMETRY: 'true',
		DO_NOT_TRACK: 'true'
	};
}
