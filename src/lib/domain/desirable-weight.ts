/** Loss weights of kto: λ_D for desirable rows, λ_U for undesirable ones. */
export type DesirableWeight = { desirable: number; undesirable: number };

/** Bounds of λ_D n_D / (λ_U n_U) in Eq. 8 of KTO. */
export const DESIRABLE_RATIO = { low: 1, high: 4 / 3 } as const;

/**
 * Weights that balance the two kinds of rows: KTO (Ethayarajh et al.,
 * arXiv 2402.01306, Eq. 8) keeps λ_D n_D / (λ_U n_U) within [1, 4/3], since
 * either kind drowns the other when it is far more frequent. Stays at 1 and 1
 * where the counts already do; else λ_D moves to the nearest bound and λ_U is 1.
 * Null when a kind is missing: no weight can make up for it.
 */
export function proposeDesirableWeight(desirable: number, undesirable: number): DesirableWeight | null {
	if (desirable <= 0 || undesirable <= 0) return null;
	const ratio = desirable / undesirable;
	const target = Math.min(Math.max(ratio, DESIRABLE_RATIO.low), DESIRABLE_RATIO.high);
	return { desirable: target === ratio ? 1 : (target * undesirable) / desirable, undesirable: 1 };
}
