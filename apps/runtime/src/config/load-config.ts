import { isAbsolute, relative } from 'node:path'
import { RtError } from '@rt/core'
import { checkEngine } from './check-engine.ts'
import { checkRouting } from './check-routing.ts'
import { checkVectorOptions, checkVectorPlace } from './check-vector.ts'
import { defined } from '../defined.ts'
import { type FindConfigOptions, findConfig, type FoundConfig } from './find-config.ts'
import type { ConfigFile, ReadFileOptions } from './read-file.ts'
import type { EngineSettings } from './engine-settings.ts'
import { overEngine, readEngine } from './read-engine.ts'
import { readGuards } from './read-guards.ts'
import { readRouting, tableRows } from './read-routing.ts'
import { readMcp } from './read-mcp.ts'
import { readTools } from './read-tools.ts'
import { readVector } from './read-vector.ts'
import type { RoutingSettings } from './routing-settings.ts'
import type {
  FlagValues,
  LoadedConfig,
  McpSettings,
  Origin,
  SettingRow,
  Settings,
  ToolSelectSettings,
} from './settings.ts'
import { type Setting, SETTINGS, VARIABLES_ONLY } from './settings-table.ts'
import { shownValue, withoutLoginsDeep } from './shown.ts'
import type { TrustOptions } from './trust.ts'
import { checkValue, expects, parseValue } from './value-kind.ts'
import type { ToolSettings } from './tool-settings.ts'
import type { VectorSettings } from './vector-settings.ts'

export interface LoadConfigOptions extends Partial<FindConfigOptions>, TrustOptions {
  /** Of a program: each wins over the same of the file. */
  routing?: Partial<RoutingSettings>
  /** The same. */
  engine?: EngineSettings
  /** The same. */
  vector?: VectorSettings
  /** The same. */
  toolSelect?: ToolSelectSettings
  /** Of a program: one of a name replaces that of the file. */
  mcp?: Record<string, McpSettings>
  /** The same. */
  toolSettings?: ToolSettings
}

/**
 * Everything that can be set: flag > `RT_*` variable > config.toml > default. Without a config.toml this loads neither a
 * TOML parser nor zod: it is on the way of every start.
 *
 * @throws RtError `config_invalid` naming flag, variable or line; `forbidden` for a file that needs trust; `unsupported`.
 */
export const loadConfig = async (
  flags: Partial<FlagValues> = {},
  {
    env = process.env,
    cwd = process.cwd(),
    config,
    routing = {},
    engine = {},
    vector = {},
    toolSelect = {},
    mcp = {},
    toolSettings = {},
    ...trust
  }: LoadConfigOptions = {},
): Promise<LoadedConfig> => {
  checkRouting(routing)
  checkEngine(engine)
  checkVectorOptions(vector)
  const given = { ...flags, ...vectorFlags(vector), ...selectFlags(toolSelect) }
  const found = await findConfig({ config, env, cwd })
  const file = found && (await readFound(found, { ...trust, env, shown: shownPath(found.file, cwd) }))
  const values = SETTINGS.map((setting) => ({ setting, ...valueOf(setting, given, env, file, found?.file) }))
  const aliases = (file?.models ?? [])
    .filter((name) => !SETTINGS.some(({ key }) => key === `models.${name}`))
    .map((name) => ({ name, ...file!.get(['models', name])! }))
  const { collections, ...other } = readVector(file)
  const settings = toSettings(
    Object.fromEntries(values.map(({ setting, value }) => [setting.option, value])),
    Object.fromEntries(aliases.map(({ name, value }) => [name, [value].flat() as string[]])),
  )
  const apiKey = vector.apiKey ?? (env['RT_VECTOR_API_KEY'] || other.apiKey)
  const places = { ...settings.vector, ...(apiKey !== undefined && { apiKey }) }
  checkVectorPlace(places)
  return {
    settings: {
      ...settings,
      vector: { ...places, collections: { ...collections, ...vector.collections } },
      toolSettings: { ...readTools(file, found?.file), ...toolSettings },
      guards: readGuards(file),
      engine: overEngine(readEngine(file), engine),
      mcp: { ...readMcp(file), ...mcp },
      ...over(readRouting(file), routing),
    },
    rows: [
      ...values.map(({ setting: { key, otherwise }, shown, origin }) => row(key, shown, origin, otherwise)),
      ...aliases.map(({ name, written, line }) =>
        row(`models.${name}`, [written].flat(), { from: 'file', file: found!.file, line }),
      ),
      ...tableRows(file, found?.file, TABLES),
      ...VARIABLES_ONLY.map(({ key, variable, secret, otherwise }) => {
        const value = env[variable] || undefined
        const origin: Origin = value ? { from: 'environment', name: variable } : { from: 'default' }
        return row(key, value && secret ? 'set' : value, origin, otherwise)
      }),
    ],
    file: found?.file,
  }
}

/** Of a file, beside the settings that have a variable. */
const TABLES = [
  ['tools', 'roots'],
  ['tools', 'fetch'],
  ['tools', 'shell'],
  ['tools', 'sql'],
  ['tools', 'rules'],
  ['vector', 'api_key'],
  ['vector', 'collections'],
  ['engine', 'onnx'],
  ['engine', 'gguf'],
  ['engine', 'models'],
  ['guards'],
  ['providers'],
  ['router'],
  ['limits'],
  ['mcp'],
]

const readFound = async (found: FoundConfig, options: ReadFileOptions): Promise<ConfigFile> =>
  (await import('./read-file.ts')).readConfigFile(found, options)

interface Found {
  value: unknown
  /** The same as it may be shown: `env:NAME` instead of a secret. */
  shown: unknown
  origin: Origin
}

const valueOf = (
  setting: Setting,
  flags: Partial<FlagValues>,
  env: Record<string, string | undefined>,
  file: ConfigFile | undefined,
  path: string | undefined,
): Found => {
  const { kind, variable, option, within, flag = within ?? option } = setting
  const given = flags[option]
  if (given !== undefined) {
    const value = checkValue(kind, given)
    if (value === undefined) throw invalid(flag, given, setting)
    return { value, shown: value, origin: { from: 'flag', name: flag } }
  }
  const text = env[variable]
  if (text) {
    const value = parseValue(kind, text)
    if (value === undefined) throw invalid(variable, text, setting)
    return { value, shown: value, origin: { from: 'environment', name: variable } }
  }
  const written = file?.get(setting.key.split('.'))
  if (written === undefined) return { value: setting.default, shown: setting.default, origin: { from: 'default' } }
  const value = checkValue(kind, written.value)
  if (value === undefined) throw invalid(`${setting.key} in line ${written.line}`, written.written, setting)
  const shown = checkValue(kind, written.written) ?? written.written
  return { value, shown, origin: { from: 'file', file: path!, line: written.line } }
}

const invalid = (name: string, value: unknown, { kind, key }: Setting): RtError =>
  new RtError({
    code: 'config_invalid',
    message: `${name} is ${shownValue([key], value)}.`,
    hint: `It must be ${expects(kind)}.`,
  })

const row = (key: string, value: unknown, origin: Origin, otherwise?: string): SettingRow => ({
  key,
  value: withoutLoginsDeep(value),
  origin,
  ...(value === undefined && otherwise !== undefined && { otherwise }),
})

/** Every value was checked by the kind of its setting. */
const toSettings = (
  values: Record<string, unknown>,
  aliases: Record<string, string[]>,
): Omit<Settings, keyof RoutingSettings | 'engine' | 'toolSettings' | 'guards'> => {
  const { host, port, allowedHosts, allowedOrigins, maxRequests, ...more } = values
  const { vectorStore: store, vectorUrl: url, vectorIndex: index, vectorRecall: recall, ...rest } = more
  const { selectAbove: above, selectK: k, selectAlways: always, ...others } = rest
  const server = { host, port, allowedHosts, allowedOrigins, maxRequests }
  const vector = defined({ store, url, index, recall })
  return { ...others, aliases, vector, toolSelect: { above, k, always }, server } as Omit<
    Settings,
    keyof RoutingSettings | 'engine' | 'toolSettings' | 'guards'
  >
}

const vectorFlags = ({ store, url, index, recall }: VectorSettings): Partial<FlagValues> =>
  defined({ vectorStore: store, vectorUrl: url, vectorIndex: index, vectorRecall: recall })

const selectFlags = ({ above, k, always }: ToolSelectSettings): Partial<FlagValues> =>
  defined({ selectAbove: above, selectK: k, selectAlways: always })

/** A provider of the program replaces the whole one of that name; of the other tables each key does. */
const over = (
  file: RoutingSettings,
  { providers = {}, router = {}, limits = {} }: Partial<RoutingSettings>,
): RoutingSettings => ({
  providers: { ...file.providers, ...defined(providers) },
  router: { ...file.router, ...defined(router) },
  limits: { ...file.limits, ...defined(limits) },
})

/** A file as a person would name it from where they are. */
const shownPath = (file: string, cwd: string): string => {
  const path = relative(cwd, file)
  return isAbsolute(path) || path.split(/[/\\]/).filter((part) => part === '..').length > 2 ? file : path || '.'
}
