import { reportHtml } from '#lib/domain/report/html.ts';
import type { ReportDocument } from '#lib/domain/report/document.ts';
import type { ReportFile, ReportFormat } from '#lib/server/db/decision-reports.ts';
import { keepReport, nextReport, storedDocument } from '#lib/server/usecases/freeze-report.ts';
import type { WorkerContext } from './context.ts';

/** A report that could not be written is tried again after so long. */
const AGAIN_MS = 60_000;

async function* once(bytes: string | Uint8Array): AsyncGenerator<string | Uint8Array> {
	yield bytes;
}

/** Writes the reports of new decisions and freezes them. Needs no engine. */
export function reportFreezer({ app, shutdown }: Pick<WorkerContext, 'app' | 'shutdown'>): { run: () => Promise<number> } {
	const failed = new Map<string, number>();

	async function stored(document: ReportDocument): Promise<ReportFile[]> {
		// Fonts and a typesetter: a worker that writes no report need not hold them.
		const { writePdf } = await import('../documents/write-pdf.ts');
		const put = async (format: ReportFormat, bytes: string | Uint8Array): Promise<ReportFile> => ({ format, locale: document.locale, ...(await app.artifacts.putStream(once(bytes))) });
		return [await put('document', storedDocument(document)), await put('html', reportHtml(document)), await put('pdf', await writePdf(document))];
	}

	async function run(): Promise<number> {
		for (let written = 0; ; written++) {
			for (const [id, at] of failed) if (performance.now() - at > AGAIN_MS) failed.delete(id);
			const next = shutdown.aborted ? null : await nextReport(app, [...failed.keys()]);
			if (!next) return written;
			const later = (why: object) => {
				failed.set(next.decisionId, performance.now());
				app.log.warn({ decisionId: next.decisionId, ...why }, 'the report of a decision could not be written');
			};
			if (!next.report.ok) {
				later({ problem: next.report.problem });
				continue;
			}
			try {
				const files: ReportFile[] = [];
				for (const document of next.report.value.documents) files.push(...(await stored(document)));
				await keepReport(app, next.report.value, files);
			} catch (error) {
				later({ err: error });
			}
		}
	}
	return { run };
}
