/** English: words that every page uses. */
export const common = {
  skipToContent: "Skip to content",
  openNavigation: "Open navigation",
  closeNavigation: "Close navigation",
} as const;
