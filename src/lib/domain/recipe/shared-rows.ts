import type { Advanced } from './advanced.ts';

/** Arguments by which several devices work on the same rows: along their length, or along the width of the layers. */
export const SHARING_ARGUMENTS = ['sequence_parallel_size', 'deepspeed_autotp_size'] as const;
type SharingArgument = (typeof SHARING_ARGUMENTS)[number];

/** Over how many devices an argument spreads a row: 1 where it is not given, NaN for what is no such number. */
export function sharedBy(advanced: Advanced, name: SharingArgument): number {
	const given = advanced[name];
	if (given === undefined) return 1;
	const size = typeof given === 'boolean' ? NaN : Number(given);
	return Number.isInteger(size) && size >= 1 ? size : NaN;
}

/** Devices that read the same rows by further arguments; what is no number counts as 1. */
export function devicesPerRow(advanced: Advanced = {}): number {
	return SHARING_ARGUMENTS.reduce((product, name) => product * (sharedBy(advanced, name) || 1), 1);
}
