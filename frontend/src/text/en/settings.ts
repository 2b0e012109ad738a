/** English, in settings. */
export const settings = {} as const;
