import type { Actor } from '#lib/server/auth/actor.ts';
import type { App as Services } from '#lib/server/app.ts';
import type { ProblemCode } from '#lib/domain/problem.ts';
import type { Theme } from '#lib/components/shell/appearance.ts';

/** Who is signed in, as the pages greet them. */
type Person = { id: string; name: string; email: string; locale: string | null };

declare global {
	namespace App {
		interface Locals {
			app: Services;
			actor: Actor | null;
			person: Person | null;
			requestId: string;
		}
		interface Error {
			message: string;
			code?: ProblemCode;
			requestId?: string;
		}
		interface PageData {
			person?: Omit<Person, 'locale'> | null;
			theme?: Theme;
			project?: { slug: string; name: string; locale: string };
		}
	}
}
export {};
