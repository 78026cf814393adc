/** Sums of squares that single precision has room for. */
export const SAFE_SQUARES: Readonly<{ least: number; most: number }> = { least: 1e-24, most: 1e30 }
