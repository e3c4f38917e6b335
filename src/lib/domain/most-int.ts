/** The largest whole number that a column of versions, steps or rounds holds (PostgreSQL's integer). A larger one names nothing. */
export const MOST_INT = 2_147_483_647;
