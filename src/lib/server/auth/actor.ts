import type { Action } from '../../domain/permission.ts';

/** Who asks. `scopes` null: everything the person's role allows. */
export type Actor = {
	userId: string;
	isAdmin: boolean;
	via: 'session' | 'token' | 'system';
	scopes: readonly Action[] | null;
};
