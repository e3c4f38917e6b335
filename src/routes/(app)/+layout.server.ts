import { signedIn } from '../page-result.ts';
import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals, url }) => {
	signedIn(locals, url);
};
