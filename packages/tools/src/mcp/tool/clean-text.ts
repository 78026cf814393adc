/** Control, direction and tag characters: nothing a person sees, and much a model reads. */
const UNSEEN =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/gu // oxlint-disable-line no-control-regex

/** Text of a server without what is not seen, and not longer than it may be. */
export const cleanText = (text: string, most: number): string => {
  const clean = text.replaceAll(UNSEEN, '')
  return clean.length > most ? `${clean.slice(0, most)}…` : clean
}
