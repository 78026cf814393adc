/** What both arms of `decode` write: long enough that the answer does not end before the count. */
export const PROMPT = 'Write a long story about a lighthouse keeper who repairs an old radio. Tell every detail.'
export const TOKENS = 160
