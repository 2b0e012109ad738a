/** English, in scans. */
export const scans = {} as const;
