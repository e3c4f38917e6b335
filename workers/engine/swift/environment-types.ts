import type { Device } from '#lib/domain/training-recipe.ts';

/** An installed engine. */
export type EngineEnvironment = {
	dir: string;
	device: Device;
	python: string;
	/** The folder `site-packages/swift/cli`, whose modules are started directly. */
	swiftCli: string;
	versions: Record<string, string>;
	/** GPUs of this host that a piece of work has for itself; left out, it sees what the host lets it see. */
	devices?: readonly number[];
	/** Address of the MLflow that the operator named; without it no run is written to one. */
	mlflow?: string;
};

/** How far an installation is; the worker announces it as it is. */
export type InstallProgress = { state: 'installing'; done: number; total: number; label: string };
