import { readFile } from 'node:fs/promises'

const SECRET_NAME = /key|token|secret|passw|credential|auth|cookie|proxy/i
/** Shorter values are words that may stand anywhere. */
const SHORTEST = 6

/** A text with every secret in it replaced. */
export const hideSecrets = (text: string, secrets: string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '(hidden)'), text)

/** Values of the environment and of a config file that may be secrets, by the names they stand under; longest first. */
export const collectSecrets = async (
  env: Record<string, string | undefined>,
  files: (string | undefined)[],
): Promise<string[]> => {
  const there = files.filter((file) => file !== undefined)
  const texts = await Promise.all(there.map((file) => readFile(file, 'utf8').catch(() => '')))
  const values = [
    ...Object.entries(env).flatMap(([name, value]) => (SECRET_NAME.test(name) ? (value ?? []) : [])),
    ...texts.flatMap(assignedSecrets),
  ]
  return [...new Set(values)].filter((value) => value.length >= SHORTEST).toSorted((a, b) => b.length - a.length)
}

/** Also of a file that is not TOML any more: an error may quote the line. */
const assignedSecrets = (toml: string): string[] =>
  toml.split('\n').flatMap((line) => {
    const [name = '', ...value] = line.split('=')
    if (!SECRET_NAME.test(name)) return []
    const text = value.join('=').trim()
    return [text, ...text.split(/["'\s,[\]{}]+/)].filter((part) => !part.startsWith('env:'))
  })
