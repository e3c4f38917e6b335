/** Where an image or document of a project is served to who may see it: by the API, under the page's own session. */
export function artifactAddress(slug: string, sha256: string): string {
	return `/api/v1/projects/${encodeURIComponent(slug)}/artifacts/${encodeURIComponent(sha256)}`;
}
