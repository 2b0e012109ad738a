/** English, in files. */
export const files = {} as const;
