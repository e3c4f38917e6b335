import postgres from 'postgres';

/** The migrated database that every test file's own is copied from. */
export const TEMPLATE = 'plumbline_template';

/** Makes a database, from a template if one is named. */
export async function createDatabase(adminUrl: string, name: string, template: string | null): Promise<string> {
	const admin = postgres(adminUrl, { max: 1, onnotice: () => undefined });
	try {
		await admin.unsafe(`create database "${name}"${template === null ? '' : ` template "${template}"`}`);
	} finally {
		await admin.end({ timeout: 5 });
	}
	const url = new URL(adminUrl);
	url.pathname = `/${name}`;
	return url.href;
}
