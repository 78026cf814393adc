/**
 * A text of ours without logins in addresses and without what looks like a key. Drivers clean what providers say; a model
 * somebody else wrote may throw anything.
 */
export const hideSecrets = (text: string): string =>
  text
    // No name of a scheme before it: looking for one would take seconds in a long text.
    .replaceAll(/:\/\/[^\s/@"'<>]+@/g, '://')
    .replaceAll(/\bBearer\s+[\w.~+/-]{8,}=*|\b(?:sk|gsk|xai)[-_][\w*-]{8,}|\bhf_\w{20,}/gi, '[key]')
