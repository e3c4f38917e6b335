import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { createApi } from './api.ts';
import type { Api } from './api.ts';
import { findAccess } from './credentials.ts';
import { misused } from './ending.ts';
import { createSpeaker } from './speaker.ts';
import type { Sink, Speaker } from './speaker.ts';

/** The process as a command sees it. */
export type Surroundings = { env: NodeJS.ProcessEnv; stdin: NodeJS.ReadStream; out: Sink; err: Sink };

/** What every command is given. */
export type Tools = Surroundings & { speaker: Speaker; /** The server that the command line, the environment or login names. */ api: () => Promise<Api>; /** `--server`, if it was given. */ server: string | undefined };

/** Options that every command takes. */
export type GlobalOptions = { json?: boolean; quiet?: boolean; server?: string };

/** Tools of one command, by its options. */
export function toolsFor(surroundings: Surroundings, command: Command): Tools {
	const { json = false, quiet = false, server } = command.optsWithGlobals<GlobalOptions>();
	return {
		...surroundings,
		server,
		speaker: createSpeaker({ json, quiet, out: surroundings.out, err: surroundings.err }),
		api: async () => createApi(await findAccess(surroundings.env, server))
	};
}

/** A segment of a path. */
export const segment = (text: string): string => encodeURIComponent(text);

/** `45s`, `30m`, `2h`, `7d` in milliseconds. @throws Ending */
export function readSpan(text: string): number {
	const [, number, unit] = /^(\d{1,6})(s|m|h|d)$/u.exec(text) ?? [];
	if (number === undefined || unit === undefined) throw misused(`“${text}” is no span of time. Write a number and s, m, h or d: 45s, 30m, 2h, 7d.`);
	return Number(number) * { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit as 's' | 'm' | 'h' | 'd'];
}

/** One of a list's words. @throws Ending */
export function oneOf<T extends string>(words: readonly T[], what: string): (text: string) => T {
	return (text) => {
		const word = words.find((one) => one === text);
		if (word === undefined) throw misused(`“${text}” is no ${what}. One of: ${words.join(', ')}.`);
		return word;
	};
}

/** A whole number from `min`. @throws Ending */
export function wholeNumber(min: number): (text: string) => number {
	return (text) => {
		const value = Number(text);
		if (!Number.isInteger(value) || value < min) throw misused(`“${text}” is no whole number from ${min}.`);
		return value;
	};
}

/** Collects an option that may be given several times. */
export const collect = (text: string, before: string[] = []): string[] => [...before, text];

/** The object in a JSON file. @throws Ending */
export async function readJson(path: string): Promise<Record<string, unknown>> {
	const text = await readFile(path, 'utf8').catch(() => {
		throw misused(`There is no file ${path}.`);
	});
	try {
		return JSON.parse(text) as Record<string, unknown>;
	} catch {
		throw misused(`${path} is no JSON.`);
	}
}
