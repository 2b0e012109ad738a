/** English, in alerts. */
export const alerts = {} as const;
