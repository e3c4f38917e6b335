import { pino } from 'pino';
import type { DestinationStream, Logger, LoggerOptions } from 'pino';
import { databaseError } from './db/errors.ts';

export type { Logger };

/** Whether a failed query is in an error or behind it: its text and parameters stand in drizzle's message, whatever went wrong. */
function ofQuery(error: Error): boolean {
	for (let e: unknown = error, depth = 0; e instanceof Error && depth < 4; e = e.cause, depth++) if ('query' in e && 'params' in e) return true;
	return false;
}

/**
 * An error without what people wrote: drizzle puts a failed query's parameters,
 * prompts and names among them, into its message. The SQLSTATE, the constraint
 * and the place in the code are what a log needs.
 */
function safeError(error: unknown): Record<string, unknown> {
	if (!(error instanceof Error)) return { message: typeof error === 'string' ? error : 'not an error' };
	const database = databaseError(error);
	const stack = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at ')).join('\n');
	return { type: error.name, message: database || ofQuery(error) ? 'a query failed' : error.message, ...(database ? { sqlstate: database.code, constraint: database.constraint } : {}), stack };
}

/** JSON lines on standard output, or into `stream`. Fields that can carry a secret never leave the process. */
export function createLog(level: string, name: string, stream?: DestinationStream): Logger {
	const options: LoggerOptions = {
		level,
		name,
		serializers: { err: safeError },
		redact: {
			paths: ['password', 'token', 'leaseToken', 'apiKey', 'authorization', 'cookie', '*.password', '*.token', '*.leaseToken', '*.apiKey', '*.authorization', '*.cookie'],
			censor: '[secret]'
		}
	};
	return stream ? pino(options, stream) : pino(options);
}
