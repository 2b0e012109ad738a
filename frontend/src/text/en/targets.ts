/** English, in targets. */
export const targets = {} as const;
