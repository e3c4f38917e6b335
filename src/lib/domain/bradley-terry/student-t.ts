/** ln Γ(x) for x > 0, by Stirling's series after shifting x to 10 and beyond (DLMF 5.11.1): ten digits and more. */
function logGamma(x: number): number {
	let shift = 0;
	let z = x;
	for (; z < 10; z++) shift += Math.log(z);
	const square = 1 / (z * z);
	const series = (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / z;
	return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}

const TERMS = 500;
const TINY = 1e-300;

/** The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
	let [c, d] = [1, 1 / Math.max(TINY, 1 - ((a + b) * x) / (a + 1))];
	let result = d;
	for (let m = 1; m <= TERMS; m++) {
		const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
		const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
		for (const term of [even, odd]) {
			d = 1 + term * d;
			c = 1 + term / c;
			d = 1 / (Math.abs(d) < TINY ? TINY : d);
			if (Math.abs(c) < TINY) c = TINY;
			result *= d * c;
		}
		if (Math.abs(d * c - 1) < 1e-15) break;
	}
	return result;
}

/** I_x(a, b), the regularised incomplete beta function. */
function incompleteBeta(x: number, a: number, b: number): number {
	if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
	const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b));
	// The fraction converges fast on one side of the mean only.
	return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** P(|T| > t) of Student's t with so many degrees of freedom. */
export const twoSidedP = (t: number, df: number): number => incompleteBeta(df / (df + t * t), df / 2, 0.5);

/**
 * The point that |T| exceeds with probability 5 %: what an interval of 95 % is
 * wide, in standard errors. By bisection, to twelve digits.
 * @throws RangeError with less than one degree of freedom
 */
export function t95(df: number): number {
	if (!(df >= 1)) throw new RangeError(`t95: ${df} degrees of freedom`);
	let [low, high] = [1.9, 13];
	for (let step = 0; step < 60; step++) {
		const middle = (low + high) / 2;
		if (twoSidedP(middle, df) > 0.05) low = middle;
		else high = middle;
	}
	return (low + high) / 2;
}
