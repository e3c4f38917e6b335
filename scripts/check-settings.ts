import { readConfig } from '../src/lib/server/config.ts';

// Run by npm start: one line of what is wrong, and no stack.
try {
	readConfig(process.env);
} catch (error) {
	console.error((error as Error).message);
	process.exitCode = 1;
}
