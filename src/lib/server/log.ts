import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger };

/** JSON lines on standard output. Fields that can carry a secret never leave the process. */
export function createLog(level: string, name: string): Logger {
	return pino({
		level,
		name,
		redact: {
			paths: ['password', 'token', 'leaseToken', 'authorization', 'cookie', '*.password', '*.token', '*.leaseToken', '*.authorization', '*.cookie'],
			censor: '[secret]'
		}
	});
}
