/** `$NAME`, `${NAME}`, `env: NAME`, `env.NAME`, `process.env.NAME`. */
const REFERENCE = /^(?:\$\{?|(?:process\.)?env[.:]\s*)([A-Z][A-Z0-9_]*)\}?$/
const NAME = /^[A-Z][A-Z0-9_]*_(?:KEY|TOKEN)$/

/**
 * The environment variable somebody meant who wrote its name, in the words of a shell or bare, where `env:NAME` is meant;
 * undefined for `env:NAME` itself and for what may be a key.
 */
export const variableMeant = (written: unknown): string | undefined => {
  if (typeof written !== 'string' || /^env:\S/.test(written)) return undefined
  const text = written.trim()
  return NAME.test(text) ? text : REFERENCE.exec(text)?.[1]
}
