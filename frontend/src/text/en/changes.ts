/** English, in changes. */
export const changes = {} as const;
