const MAX_CHARACTERS = 300
/** Longer texts are no attributes of a span; patterns run over no more than this. */
const MAX_ATTRIBUTE_CHARACTERS = 32_000

/**
 * Shapes of secrets: credentials in URLs, cookies, `Authorization` values, key=value pairs as in signed URLs, and the
 * prefixes vendors give keys. Repetitions have bounds, so that no text takes long.
 */
const SECRETS: ReadonlyArray<[RegExp, string]> = [
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@]{1,1000}@/gi, '$1[redacted]@'],
  [/\b((?:set-)?cookie["']?\s{0,9}[:=]\s{0,9}["']?)[^"'\r\n]+/gi, '$1[redacted]'],
  [/\b(bearer|basic)\s{1,9}[\w+/=.~-]{6,}/gi, '$1 [redacted]'],
  [
    /((?:api[-_]?key|access[-_]?key(?:[-_]?id)?|token|secret|password|passwd|pwd|signature|sig|x-amz-[a-z-]{1,40}|x-goog-[a-z-]{1,40}|x-api-key|credential|googleaccessid|key-pair-id|authorization)["']?\s{0,9}[=:]\s{0,9}["']?)(?!(?:bearer|basic)\b|\[redacted\])[^\s"'&,;]+/gi,
    '$1[redacted]',
  ],
  [/\b(?:sk|pk|rk)[-_][\w-]{8,}/g, '[redacted]'],
  [/\b(?:hf|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|npm)[_-][\w-]{8,}/g, '[redacted]'],
  [/\brt_[0-9A-Za-z]{20,}/g, '[redacted]'],
  [/\b(?:AKIA|ASIA|AIza)[\w-]{12,}/g, '[redacted]'],
  [/\beyJ[\w-]{1,4000}\.[\w-]{1,8000}\.[\w-]*/g, '[redacted]'],
]

/** Attributes whose value is a secret whatever it looks like, by the last words of their name. */
const SECRET_NAME =
  /(?:^|[._-])(?:authorization|cookie|api[._-]?key|secret|secret[._-]key|password|passwd|access[._-]token|refresh[._-]token|id[._-]token|session[._-]token|credentials?)$/i

/** A message fit for a trace: what looks like a secret is replaced, the rest cut at 300 characters. */
export const redact = (text: string): string => {
  const clean = replaceSecrets(text.slice(0, 4 * MAX_CHARACTERS))
  return clean.length > MAX_CHARACTERS ? `${clean.slice(0, MAX_CHARACTERS)}…` : clean
}

/** The value of an attribute without secrets. Numbers and truth values are none. */
export const redactAttribute = <T>(name: string, value: T): T => {
  if (typeof value === 'string') return clean(name, value) as T
  if (!Array.isArray(value)) return value
  const kept: unknown[] = value.map((item: unknown) => (typeof item === 'string' ? clean(name, item) : item))
  return kept.every((item, index) => item === value[index]) ? value : (kept as T)
}

const clean = (name: string, text: string): string => {
  if (SECRET_NAME.test(name)) return '[redacted]'
  const kept = replaceSecrets(text.slice(0, MAX_ATTRIBUTE_CHARACTERS))
  return text.length > MAX_ATTRIBUTE_CHARACTERS ? `${kept}…` : kept
}

/** What every one of the shapes has in it: most texts have nothing of it, and none of the patterns is tried. */
const HINT = /[:=]|bearer|basic|[spr]k[-_]|(?:hf|gh[pousr]|github_pat|glpat|xox[abprs]|npm)[_-]|rt_|AKIA|ASIA|AIza|eyJ/i

const replaceSecrets = (text: string): string =>
  !HINT.test(text) ? text : SECRETS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text)
