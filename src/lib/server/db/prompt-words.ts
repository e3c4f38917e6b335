import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';

/** A text to be looked for as it is: what LIKE reads as a pattern is taken literally. */
export const literally = (text: string): string => `%${text.replaceAll(/[\\%_]/g, (mark) => `\\${mark}`)}%`;

/** Whether a prompt's texts (row alias `pt` with messages) hold these words. The texts alone: the names of JSON's fields and its escapes are nobody's words. */
export const promptHolds = (words: string): SQL => sql`exists (select 1 from jsonb_path_query(pt.messages, '$[*].content[*]') x (part)
	where (case jsonb_typeof(x.part) when 'string' then x.part #>> '{}' else x.part ->> 'text' end) ilike ${literally(words)})`;
