const SENTENCES: Readonly<Record<string, (provider: string) => string>> = {
  cancelled: (provider) => `You did not sign in: ${provider} says that it was cancelled or is not allowed.`,
  expired: () => "That sign-in took too long, or was begun in another window. Try again.",
  "provider-error": (provider) => `${provider} reports an error. Try again; if it stays so, ask your administrator.`,
  unreachable: (provider) => `${provider} does not answer at the moment. Try again in a minute.`,
  "invalid-answer": (provider) =>
    `What ${provider} answered cannot be trusted. Ask your administrator to look at the log.`,
  "no-role": (provider) => `${provider} knows you, but gives you no role in Fixity. Ask your administrator for one.`,
  "no-name": (provider) =>
    `${provider} knows you, but tells no name for you that Fixity can use. Ask your administrator.`,
  "name-taken": () => "Somebody else has your user name in Fixity already. Ask your administrator.",
  disabled: () => "Your account in Fixity is switched off. Ask your administrator.",
  "too-many": () => "Too many attempts failed from here. Wait a few minutes and try again.",
};

/** Why signing in through the identity provider failed. The address holds a word of ours alone, never a text to show. */
export function providerFailure(failed: string | null, provider: string | null): string {
  const sentence = failed !== null && Object.hasOwn(SENTENCES, failed) ? SENTENCES[failed] : undefined;
  return sentence ? sentence(provider ?? "The identity provider") : "Signing in did not work. Try again.";
}
