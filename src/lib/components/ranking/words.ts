import type { Feature, Style } from '#lib/domain/bradley-terry/style.ts';
import type { RankedJudgment } from '#lib/server/db/ranked-pairs.ts';
import * as m from '#lib/paraglide/messages.js';

export const STYLE: Record<Style, () => string> = { none: m.ranking_style_none, length: m.ranking_style_length, length_and_format: m.ranking_style_length_and_format };
export const FEATURE: Record<Feature, () => string> = { length: m.ranking_feature_length, headings: m.ranking_feature_headings, bold: m.ranking_feature_bold, lists: m.ranking_feature_lists };
export const SAID: Record<RankedJudgment['said'], () => string> = { better: m.ranking_said_better, worse: m.ranking_said_worse, tie: m.ranking_said_tie, both_bad: m.ranking_said_both_bad };
