import type { Action } from '../../domain/permission.ts';

/** Who asks. `scopes` null: everything the person's role allows. */
export type Actor = {
	userId: string;
	isAdmin: boolean;
	via: 'session' | 'token' | 'system';
	scopes: readonly Action[] | null;
	/** The token that speaks for the person, where one does. */
	tokenId?: string;
	/** When the token ends that speaks for the person: it must not make one that lives longer. */
	until?: Date | null;
};
