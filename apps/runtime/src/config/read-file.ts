import { readFile, stat } from 'node:fs/promises'
import { nearestNames, RtError } from '@rt/core'
import { describePlace, isTable, valueAt } from './describe-place.ts'
import { explainIssues } from './explain-issues.ts'
import { configFields, fieldAt } from './fields.ts'
import type { FoundConfig } from './find-config.ts'
import { type KeyLines, locateKeys, type Path } from './locate-keys.ts'
import { missingVariable } from './missing-variable.ts'
import { mcpMistakes } from './mcp-mistakes.ts'
import { type Mistake, mistakesError } from './mistakes.ts'
import { parseToml } from './parse-toml.ts'
import { providerMistakes } from './provider-mistakes.ts'
import { resolveVariables } from './resolve-variables.ts'
import { CONFIG_VERSION, configSchema } from './schema.ts'
import { visible } from './shown.ts'
import { trustedParts } from './trusted-parts.ts'
import type { TrustOptions } from './trust.ts'
import { unsupportedParts } from './unsupported.ts'

export interface ConfigFile {
  /** The value at a path with `env:NAME` replaced, as it is written, and its line. */
  get(path: Path): { value: unknown; written: unknown; line: number } | undefined
  /** Names under `[models]`, the two defaults included. */
  models: string[]
}

export interface ReadFileOptions extends TrustOptions {
  env: Record<string, string | undefined>
  /** The file's name for messages. */
  shown: string
}

/**
 * Reads and checks a config.toml. This loads the TOML parser and zod, so it is imported only when there is a file.
 *
 * @throws RtError `config_invalid` with all mistakes, `unsupported` for what is to come, `forbidden` without trust.
 */
export const readConfigFile = async (found: FoundConfig, options: ReadFileOptions): Promise<ConfigFile> => {
  const { env, shown } = options
  const text = await read(found, shown)
  const raw = parseToml(text, shown)
  const lines = locateKeys(text)
  const fields = configFields()
  checkVersion(raw, lines, shown)
  checkDepth(lines, shown)

  const { value, missing } = resolveVariables(raw, env)
  const isMissing = (path: Path): boolean =>
    missing.some((one) => path.every((part, index) => part === one.path[index]))
  // Compiling the schema takes longer than checking one file with it.
  const { error } = configSchema.safeParse(value, { jitless: true })
  const issues =
    error?.issues.filter((issue) => issue.code === 'unrecognized_keys' || !isMissing(issue.path as Path)) ?? []
  const models = isTable(raw['models']) ? Object.keys(raw['models']) : []
  const mistakes: Mistake[] = [
    ...(raw['rt'] === undefined ? [noVersion(text, lines)] : []),
    ...models.flatMap((name) => mistypedDefault(name, raw, lines)),
    ...explainIssues(
      issues.filter(({ path }) => path[0] !== 'rt' || raw['rt'] !== undefined),
      { fields, raw, lines },
    ),
    ...providerMistakes(raw, value as Record<string, unknown>, lines),
    ...mcpMistakes(raw, lines),
    ...missing
      // What is refused below needs no variable first.
      .filter(({ path }) => !fieldAt(fields, path).note?.later)
      .map((one) => missingVariable(one, { raw, lines, env })),
  ]
  if (mistakes.length) throw mistakesError(shown, mistakes)

  // What cannot run is refused first: a trust that was given for it would wait for the version that can.
  const unsupported = unsupportedParts(raw, fields, lines)
  if (unsupported.length) throw mistakesError(shown, unsupported, 'unsupported')

  const parts = trustedParts(raw, lines, { resolved: value, found: found.by === undefined })
  if (parts.length) {
    const { checkTrust } = await import('./trust.ts')
    await checkTrust(found.file, shown, parts, options)
  }

  return {
    get(path) {
      const written = valueAt(raw, path)
      return written === undefined ? undefined : { value: valueAt(value, path), written, line: lines.lineOf(path) }
    },
    models,
  }
}

/** What findConfig looks at of a file. */
const LARGEST = 65_536
const DEEPEST = 50

const read = async ({ file, by }: FoundConfig, shown: string): Promise<string> => {
  const refuse = (why: string, cause?: unknown): RtError =>
    new RtError({
      code: 'config_invalid',
      message: `${by ? `${by} names ${shown}: ${why}` : `${shown} cannot be used: ${why}`}.`,
      hint: by === 'RT_CONFIG' ? 'Name a config.toml, or none: RT_CONFIG=none.' : 'Name a config.toml: --config FILE.',
      cause,
    })
  const { size, isFile } = await stat(file).then(
    (info) => ({ size: info.size, isFile: info.isFile() }),
    (cause) => {
      throw refuse(
        (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read',
        cause,
      )
    },
  )
  if (!isFile) throw refuse('it is not a file')
  if (size > LARGEST) throw refuse('it is larger than 64 kB')
  return readFile(file, 'utf8').catch((cause) => {
    throw refuse('it cannot be read', cause)
  })
}

/** Of a file for another version nothing else can be said. */
const checkVersion = (raw: Record<string, unknown>, lines: KeyLines, shown: string): void => {
  const { rt } = raw
  if (typeof rt !== 'number' || rt === CONFIG_VERSION) return
  const why = `This rt reads version ${CONFIG_VERSION} of config.toml. ${rt > CONFIG_VERSION ? 'Update rt, or write' : 'Write'} rt = ${CONFIG_VERSION}.`
  throw mistakesError(shown, [{ line: lines.lineOf(['rt']), where: describePlace(['rt'], rt), why }])
}

/** Before anything walks down there. */
const checkDepth = (lines: KeyLines, shown: string): void => {
  const deep = lines.paths.find((path) => path.length > DEEPEST)
  if (!deep) return
  const where = `${deep.slice(0, 3).map(String).map(visible).join('.')}.… is nested more than ${DEEPEST} deep`
  throw mistakesError(shown, [{ line: lines.lineOf(deep), where, why: 'No key of rt is as deep: remove it.' }])
}

const noVersion = (text: string, lines: KeyLines): Mistake => {
  const below = lines.paths.find((path) => path.length > 1 && path.at(-1) === 'rt')
  const where = below
    ? `, above every table: it stands under [${below.slice(0, -1).join('.')}] in line ${lines.lineOf(below)}`
    : ''
  return {
    line: 1,
    where: text.trim() ? `rt = ${CONFIG_VERSION} is missing` : 'the file is empty',
    why: `Write rt = ${CONFIG_VERSION} as the first line${where || ''}. It says that this file is rt's, and which version of the keys.`,
  }
}

const DEFAULTS = ['chat', 'embed']

/** Any name may be an alias, so a default that is mistyped would be one, and the default not set. */
const mistypedDefault = (name: string, raw: unknown, lines: KeyLines): Mistake[] => {
  // With a number it was chosen: chat2 is the second one.
  if (DEFAULTS.includes(name) || /\d/.test(name)) return []
  const [near] = nearestNames(name, DEFAULTS, { slack: 1, most: 1 })
  if (near === undefined) return []
  const path = ['models', name]
  return [
    {
      line: lines.lineOf(path),
      where: describePlace(path, valueAt(raw, path)),
      why: `"${visible(name)}" would be another name for a model; did you mean "${near}"? Give an alias a name that is less like it.`,
    },
  ]
}
