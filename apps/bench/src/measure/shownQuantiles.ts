/** Of the calls of a contender: enough to draw how they are distributed, and what the slowest take. */
export const shownQuantiles: readonly number[] = [0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1]
