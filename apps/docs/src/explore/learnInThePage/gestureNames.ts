/** The gestures that the page brings along. A class is a number: its place here, after them the reader's own. */
export const gestureNames = ['circle', 'triangle', 'zigzag', 'caret', 'check', 'spiral'] as const
export type GestureName = (typeof gestureNames)[number]

/** Classes that a model has room for: those that the reader adds take what is free, and the weights keep their shapes. */
export const mostClasses = 10
