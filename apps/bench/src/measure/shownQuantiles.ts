/** The quantiles of a contender's calls that are kept: enough to draw their distribution, up to the slowest. */
export const shownQuantiles: readonly number[] = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]
