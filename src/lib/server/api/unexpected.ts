import { fail } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';
import { databaseAway } from '../db/database-away.ts';

/** Seconds after which it is worth asking again. */
const AGAIN = 5;

/** The problem that a database out of reach is; null for any other error. */
export function awayProblem(error: unknown): Problem | null {
	return databaseAway(error) ? fail('not_ready', 'The database cannot be reached at the moment.', { facts: { retryAfter: AGAIN } }).problem : null;
}

/** What an error that nobody expected is for who asked: a database out of reach, or only that it was not their request. */
export function unexpected(error: unknown): Problem {
	return awayProblem(error) ?? fail('internal', 'It was not your request that was wrong. Give the request id below to whoever runs this installation.').problem;
}
