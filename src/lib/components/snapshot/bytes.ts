import { decimal } from '#lib/components/shell/format.ts';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** A size for reading: “1.4 MB”, in powers of a thousand as file managers count. */
export function bytes(size: number): string {
	const step = size < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(size) / 3));
	return `${decimal(size / 1000 ** step, step === 0 ? 0 : 1)} ${UNITS[step] ?? 'B'}`;
}
