/**
 * `npm run bench`: what the product costs, in one run on one machine, beside what
 * PostgreSQL alone costs for the same. `npm run bench -- import lists` measures
 * these parts only. Ratios and medians are what to quote: machines differ and are
 * noisy.
 */
import { agreeing } from './agreeing.ts';
import { lookingAlike } from './alike.ts';
import { comparing } from './comparing.ts';
import { exporting } from './exporting.ts';
import { startGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { importing } from './importing.ts';
import { judging } from './judging.ts';
import { listing } from './listing.ts';
import { overhead } from './overhead.ts';
import { serving } from './serving.ts';

const PARTS: Record<string, (ground: Ground) => Promise<void>> = { judging, agreement: agreeing, import: importing, snapshot: exporting, lists: listing, alike: lookingAlike, curves: comparing, gateway: serving, overhead };

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !PARTS[name]);
if (unknown.length > 0) {
	console.error(`There is no part ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}`);
	process.exit(2);
}
for (const [name, measure] of Object.entries(PARTS)) {
	if (asked.length > 0 && !asked.includes(name)) continue;
	// Each on a ground of its own: what one left behind would weigh on the next.
	const ground = await startGround();
	try {
		await measure(ground);
	} finally {
		await ground.stop();
	}
}
