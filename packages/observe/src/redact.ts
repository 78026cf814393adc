const MAX_CHARACTERS = 300

/** Shapes of secrets: credentials in URLs, `Authorization` values, key=value pairs, and the prefixes vendors give keys. */
const SECRETS: ReadonlyArray<[RegExp, string]> = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi, '$1[redacted]@'],
  [/\b(bearer|basic)\s+[\w+/=.~-]{6,}/gi, '$1 [redacted]'],
  [
    /((?:api[-_]?key|access[-_]?key|token|secret|password|passwd|pwd|signature|sig|x-amz-[a-z-]+|credential|cookie|authorization)["']?\s*[=:]\s*["']?)(?!(?:bearer|basic)\b)[^\s"'&,;]+/gi,
    '$1[redacted]',
  ],
  [/\b(?:sk|pk|rk)-[\w-]{8,}/g, '[redacted]'],
  [/\b(?:hf|ghp|gho|ghu|ghs|ghr|github_pat|glpat|xox[abprs]|npm)[_-][\w-]{8,}/g, '[redacted]'],
  [/\b(?:AKIA|ASIA|AIza)[\w-]{12,}/g, '[redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
]

/** A message fit for a trace: what looks like a secret is replaced, the rest cut at 300 characters. */
export const redact = (text: string): string => {
  const clean = SECRETS.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text.slice(0, 4 * MAX_CHARACTERS))
  return clean.length > MAX_CHARACTERS ? `${clean.slice(0, MAX_CHARACTERS)}…` : clean
}
