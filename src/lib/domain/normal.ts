/**
 * Share of a standard normal distribution above z: the series about 0 and the
 * continued fraction in the tail (Abramowitz & Stegun 1964, 26.2.11 and 26.2.14).
 */
export function upperTail(z: number): number {
	if (z < 0) return 1 - upperTail(-z);
	const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
	if (z < 3) {
		// Φ(z) = ½ + φ(z) (z + z³/3 + z⁵/(3·5) + …)
		let [term, sum] = [z, z];
		for (let odd = 3; term > sum * 1e-17; odd += 2) {
			term *= (z * z) / odd;
			sum += term;
		}
		return 0.5 - density * sum;
	}
	// φ(z) / (z + 1/(z + 2/(z + 3/(z + …))))
	let fraction = z;
	for (let level = 200; level > 0; level--) fraction = z + level / fraction;
	return density / fraction;
}
