const LONGEST = 300
/** Shorter ones are placeholders such as `none`, whose letters stand in any text. */
const SHORTEST_SECRET = 8

/**
 * Text of somebody else for a message of ours: one short line without keys and control characters; of a web page its title.
 *
 * @param secrets taken out wherever they stand.
 */
export const cleanMessage = (text: string, secrets: readonly (string | undefined)[] = []): string => {
  const title = titleOf(text)
  let safe = title === undefined ? text : `a web page${title && `, ${JSON.stringify(title)}`}`
  for (const secret of secrets) if (secret && secret.length >= SHORTEST_SECRET) safe = safe.replaceAll(secret, '[key]')
  safe = safe
    .slice(0, 4000)
    .replaceAll(/\b(?:sk|pk|gsk|key|xai|hf)[-_][\w-]{8,}|\bBearer\s+\S+/gi, '[key]')
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe
}

/** Undefined: it is no web page. */
const titleOf = (text: string): string | undefined =>
  /<(!doctype|html|head|body)\b/i.test(text) ? (/<title[^>]*>([^<]*)/i.exec(text)?.[1]?.trim() ?? '') : undefined
