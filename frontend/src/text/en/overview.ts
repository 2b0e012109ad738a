/** English, in overview. */
export const overview = {} as const;
