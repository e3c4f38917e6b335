import { createLedger } from '../../domain/desensitisation/ledger.ts';
import { maskText } from '../../domain/desensitisation/mask-text.ts';
import { ok } from '../../domain/problem.ts';
import type { Result } from '../../domain/problem.ts';
import type { App } from '../app.ts';
import type { UploadGuard } from '../artifacts/receive.ts';
import { rulesOf } from './project-rules.ts';

/** What stands between an uploaded document and the store; null: the project looks for nothing. A document is one document: its placeholders are numbered by themselves. */
export async function uploadGuardOf(app: Pick<App, 'db' | 'secrets'>, projectId: string): Promise<Result<UploadGuard | null>> {
	const found = await rulesOf(app, projectId);
	if (!found.ok) return found;
	const rules = found.value;
	if (!rules) return ok(null);
	return ok({ hide: (text) => maskText(text, rules, createLedger([text]).placeholderFor).text, refuseOthers: rules.settings.attachments === 'refuse' });
}
