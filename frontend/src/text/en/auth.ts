/** English, in auth. */
export const auth = {} as const;
