import * as z from 'zod'
import { DURATION } from './duration.ts'
import { PROVIDER_KINDS } from './provider-kinds.ts'
import { SETTINGS, type Setting } from './settings-table.ts'
import { expects, type ValueKind } from './value-kind.ts'

/** The version that `rt = 1` names. */
export const CONFIG_VERSION = 1

/** What the reference page and the errors say about a key, beside its description. */
export interface Note {
  meaning: string
  /** For "must be …". */
  expects: string
  /** Key of a setting this version has: with its variable, flag and default. */
  setting?: Setting
  /** Not in this version: a file which asks for it is refused. */
  later?: Later
  /** An alias stands here: any name. */
  name?: string
}

export interface Later {
  /** Values that ask for nothing new. */
  unless?: readonly unknown[]
  /** What to do in this version. */
  instead: string
}

export const NOTES: WeakMap<z.core.$ZodType, Note> = new WeakMap()

/** How the reference and editors say that a key is still to come. */
export const laterText = ({ unless = [] }: Later): string =>
  unless.length
    ? `In this version only ${unless.map((value) => JSON.stringify(value)).join(', ')}.`
    : 'Not in this version.'

const noted = <T extends z.ZodType>(schema: T, note: Note): T => {
  const { meaning, later, setting } = note
  const described = schema.meta({
    description: later ? `${meaning} ${laterText(later)}` : meaning,
    ...(setting?.default !== undefined && { default: setting.default }),
  })
  NOTES.set(described, note)
  return described
}

/** `env:NAME` stands for text of any pattern. */
const orVariable = (pattern: RegExp): RegExp =>
  new RegExp(`^env:\\S+$|${pattern.source}`, pattern.flags.replace('g', ''))

const toZod = (kind: ValueKind): z.ZodType => {
  switch (kind.type) {
    case 'text':
      return kind.pattern ? z.string().regex(orVariable(kind.pattern)) : z.string()
    case 'integer':
      return z.int().min(kind.min).max(kind.max)
    case 'share':
      return z.union([
        z.number().min(kind.min).max(kind.max),
        z
          .string()
          .regex(/^\d{1,3}(\.\d+)?%$/)
          .refine((text) => Number.parseFloat(text) >= kind.min * 100 && Number.parseFloat(text) <= kind.max * 100),
      ])
    case 'switch':
      return z.boolean()
    case 'models': {
      const name = z.string().regex(/\S/)
      return kind.off ? z.union([name, z.array(name).min(1), z.literal(false)]) : z.union([name, z.array(name).min(1)])
    }
    case 'list':
      return z.array(z.string().regex(orVariable(kind.each)))
  }
}

/** A key of the table of settings. */
const setting = (key: string): z.ZodOptional => {
  const found = SETTINGS.find((one) => one.key === key)!
  return noted(toZod(found.kind), { meaning: found.meaning, expects: expects(found.kind), setting: found }).optional()
}

const text = (note: Omit<Note, 'expects'> & { expects?: string }): z.ZodOptional =>
  noted(z.string(), { expects: 'text', ...note }).optional()

const texts = (note: Omit<Note, 'expects'>): z.ZodOptional =>
  noted(z.array(z.string()), { expects: 'a list of texts', ...note }).optional()

const oneOf = (names: [string, ...string[]], note: Omit<Note, 'expects'>): z.ZodOptional =>
  noted(z.enum(names), { expects: `one of ${names.map((name) => `"${name}"`).join(', ')}`, ...note }).optional()

const ADDRESS_OR_VARIABLE = /^https?:\/\/\S+$|^env:\S+$/
const PROVIDER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** A day has no more. */
const TOKENS = 1_000_000_000_000

const duration = (note: Omit<Note, 'expects'>): z.ZodOptional =>
  noted(z.string().regex(DURATION), { expects: 'a time such as "60s", "500ms" or "2m"', ...note }).optional()

const whole = (min: number, max: number, note: Omit<Note, 'expects'>): z.ZodOptional =>
  noted(z.int().min(min).max(max), { expects: expects({ type: 'integer', min, max }), ...note }).optional()

const amount = (note: Note): z.ZodOptional => noted(z.number().min(0), note).optional()

const truth = (note: Omit<Note, 'expects'>): z.ZodOptional =>
  noted(z.boolean(), { expects: 'true or false', ...note }).optional()

const rates = (): Record<string, z.ZodOptional> => ({
  requests_per_minute: whole(1, 1_000_000, { meaning: 'Most requests a minute of one key to one model.' }),
  tokens_per_minute: whole(1, 1_000_000_000, {
    meaning: 'Most tokens a minute of one key to one model, prompt and answer.',
  }),
})

const perMillion = (meaning: string): z.ZodOptional => amount({ meaning, expects: 'a number of dollars' })

const provider = {
  kind: oneOf([...PROVIDER_KINDS] as [string, ...string[]], { meaning: "What it speaks; default: the table's name." }),
  api_key: text({
    meaning: "As `env:NAME`, so that no secret stands in the file. Default: the service's own variable.",
  }),
  base_url: noted(z.string().regex(ADDRESS_OR_VARIABLE), {
    meaning: 'Address of a compatible server.',
    expects: 'an address such as "https://host/v1"',
  }).optional(),
  models: texts({ meaning: 'The only models that requests may name. Default: all.' }),
  timeout: duration({ meaning: 'How long the first byte of an answer may take. Default "120s".' }),
  headers: noted(z.record(z.string(), z.string()), {
    meaning: 'Sent with every request.',
    expects: 'a table of texts',
  }).optional(),
  context_tokens: whole(256, 100_000_000, { meaning: 'Context window of its models, where it is not known.' }),
  dimensions: whole(1, 100_000, { meaning: 'Length of the vectors of its embedding models, where it is not known.' }),
  continues: truth({ meaning: 'Its models go on where an answer broke off. Default false.' }),
  price: noted(
    z.strictObject({
      input: noted(z.number().min(0), { meaning: 'Of the prompt.', expects: 'a number of dollars' }),
      output: noted(z.number().min(0), { meaning: 'Of the answer.', expects: 'a number of dollars' }),
      cache_read: perMillion('Of prompt tokens that a cache served. Default: as input.'),
      cache_write: perMillion('Of prompt tokens that were put into a cache. Default: as input.'),
    }),
    { meaning: 'USD per million tokens, instead of the list price.', expects: 'a table with input and output' },
  ).optional(),
  version: oneOf(['2023-06-01', '2026-10-21'], { meaning: 'kind anthropic: version of its API.' }),
  api: oneOf(['chat', 'responses'], { meaning: 'kind openai and the like: which of its APIs. Default "chat".' }),
  package: text({ meaning: 'kind ai-sdk: an installed package, as "@ai-sdk/google". Needs your trust.' }),
}

const SQLITE: Later = {
  unless: ['sqlite'],
  instead: 'Remove it: this version keeps everything in SQLite, in the data folder.',
}
const NO_MCP: Later = { instead: 'Remove the table: define tools in your program with tool(), until MCP servers come.' }
const NO_BUILTIN: Later = {
  unless: [false],
  instead: 'Remove it: this version has no tool that runs commands or reads files.',
}

const shape = {
  rt: noted(z.literal(CONFIG_VERSION), {
    meaning: "Version of this file's keys, required, above every table. It marks the file as rt's.",
    expects: `${CONFIG_VERSION}`,
  }),
  models: z
    .strictObject({ chat: setting('models.chat'), embed: setting('models.embed') })
    .catchall(
      noted(toZod({ type: 'models', off: false }), {
        name: 'ALIAS',
        meaning: 'Another name for a model, or for several tried in order: `--model ALIAS`, and in requests.',
        expects: expects({ type: 'models', off: false }),
      }),
    )
    .optional(),
  engine: z
    .strictObject({
      threads: setting('engine.threads'),
      context_tokens: setting('engine.context_tokens'),
      download: setting('engine.download'),
    })
    .optional(),
  chat: z.strictObject({ system: setting('chat.system') }).optional(),
  memory: z
    .strictObject({
      window: setting('memory.window'),
      retrieve: setting('memory.retrieve'),
      passages: setting('memory.passages'),
    })
    .optional(),
  tools: z
    .strictObject({
      allow: setting('tools.allow'),
      shell: noted(z.boolean(), {
        meaning: 'Let models run commands. Needs your trust.',
        expects: 'true or false',
        later: NO_BUILTIN,
      }).optional(),
      roots: texts({
        meaning: 'Folders that file tools may reach. Needs your trust.',
        later: { ...NO_BUILTIN, unless: [[]] },
      }),
    })
    .optional(),
  server: z
    .strictObject({
      host: setting('server.host'),
      port: setting('server.port'),
      allowed_hosts: setting('server.allowed_hosts'),
      allowed_origins: setting('server.allowed_origins'),
    })
    .optional(),
  observe: z
    .strictObject({
      trace: setting('observe.trace'),
      otlp: text({
        meaning: 'Where to send spans by OTLP.',
        later: { instead: 'Remove it: traces stay on this machine, rt trace shows them.' },
      }),
      capture_content: noted(z.boolean(), {
        meaning: 'Put the text of messages into spans that are sent.',
        expects: 'true or false',
        later: { unless: [false], instead: 'Remove it: nothing is sent, and rt trace joins the text on this machine.' },
      }).optional(),
    })
    .optional(),
  providers: z
    .record(
      z.string().regex(PROVIDER_NAME),
      noted(z.strictObject(provider), {
        name: 'NAME',
        meaning: 'A remote service for models, named as NAME/model.',
        expects: 'a table, named with letters, digits, "-", "_" and "."',
      }),
    )
    .optional(),
  router: z
    .strictObject({
      timeout: duration({ meaning: 'Longest a model may take until it begins to answer; then the next one is asked.' }),
      retries: whole(0, 10, {
        meaning: 'How often a model is asked again before the next one is, while nothing came from it. Default 2.',
      }),
      hedge_after: duration({
        meaning: 'Ask the next model beside the first when that wrote nothing for so long. Both may be billed.',
      }),
      budget: noted(
        z.strictObject({
          day_usd: amount({ meaning: 'Most that models may cost in a day.', expects: 'a number of dollars' }),
          day_tokens: whole(0, TOKENS, { meaning: 'Most tokens in a day, local models included.' }),
          key_day_usd: amount({ meaning: 'The same for each API key.', expects: 'a number of dollars' }),
          key_day_tokens: whole(0, TOKENS, { meaning: 'The same for each API key.' }),
          thread_usd: amount({ meaning: 'Most that one thread may cost.', expects: 'a number of dollars' }),
          thread_tokens: whole(0, TOKENS, { meaning: 'Most tokens of one thread.' }),
        }),
        { meaning: 'What may be spent, asked before each call.', expects: 'a table' },
      ).optional(),
      cache: noted(
        z.strictObject({
          ttl: duration({ meaning: 'How long an answer is used again. Default "1h".' }),
          sampled: truth({
            meaning: 'Also answers that may turn out differently each time. Default false: temperature 0 only.',
          }),
          similar: noted(z.number().min(0.8).max(1), {
            meaning:
              'Also answer a question whose cosine to an earlier one is at least this. Default: only the same one.',
            expects: 'a number from 0.8 to 1',
          }).optional(),
        }),
        { meaning: 'Use answers again. Absent: never.', expects: 'a table' },
      ).optional(),
    })
    .optional(),
  vector: z
    .strictObject({
      store: oneOf(['sqlite', 'lancedb', 'pgvector', 'qdrant'], {
        meaning: 'Where vectors are kept.',
        later: SQLITE,
      }),
      url: text({ meaning: 'Address of the store.', later: { instead: SQLITE.instead } }),
    })
    .optional(),
  state: z
    .strictObject({
      store: oneOf(['sqlite', 'postgres'], {
        meaning: 'Where threads and traces are kept.',
        later: SQLITE,
      }),
      url: text({ meaning: 'Address of the store.', later: { instead: SQLITE.instead } }),
    })
    .optional(),
  limits: z
    .strictObject({
      store: oneOf(['memory', 'redis'], {
        meaning:
          'Where limits, budget and kept answers are: in this process and its data file (memory), or in a Redis that several processes share.',
      }),
      url: text({ meaning: 'Address of the Redis, as "redis://host:6379".' }),
      ...rates(),
      models: z
        .record(
          z.string(),
          noted(z.strictObject(rates()), {
            name: 'MODEL',
            meaning: 'Limits of one model, instead of those above.',
            expects: 'a table',
          }),
        )
        .optional(),
    })
    .optional(),
  mcp: z
    .record(
      z.string(),
      noted(
        z
          .strictObject({
            command: texts({
              meaning: 'Program and arguments of a server on this machine. Needs your trust.',
              later: NO_MCP,
            }),
            cwd: text({ meaning: 'Folder the program runs in.', later: NO_MCP }),
            env: noted(z.record(z.string(), z.string()), {
              meaning: "Variables of the program's environment.",
              expects: 'a table of texts',
              later: NO_MCP,
            }).optional(),
            url: text({ meaning: 'Address of a server elsewhere.', later: NO_MCP }),
            headers: noted(z.record(z.string(), z.string()), {
              meaning: 'Headers of every request to it.',
              expects: 'a table of texts',
              later: NO_MCP,
            }).optional(),
          })
          .refine((server) => (server.command === undefined) !== (server.url === undefined)),
        { name: 'NAME', meaning: 'A server of tools.', expects: 'a table with either command or url', later: NO_MCP },
      ),
    )
    .optional(),
}

/** config.toml as a whole. Values stay as written: `env:NAME`, "75%" and single names are made uniform afterwards. */
export const configSchema: z.ZodObject = z
  .strictObject(shape)
  .describe('config.toml of rt: models, memory, tools, server. Precedence: flag > RT_* variable > this file > default.')
