import * as z from 'zod'
import { engineTables } from './schema/engine.ts'
import { guards } from './schema/guards.ts'
import { setting, text, toZod, truth } from './schema/keys.ts'
import { state } from './schema/later.ts'
import { limits } from './schema/limits.ts'
import { mcp } from './schema/mcp.ts'
import { noted } from './schema/note.ts'
import { providers } from './schema/providers.ts'
import { router } from './schema/router.ts'
import { tools } from './schema/tools.ts'
import { vector } from './schema/vector.ts'
import { expects } from './value-kind.ts'

/** The version that `rt = 1` names. */
export const CONFIG_VERSION = 1

const shape = {
  rt: noted(z.literal(CONFIG_VERSION), {
    meaning: "Version of this file's keys, required, above every table. It marks the file as rt's.",
    expects: `${CONFIG_VERSION}`,
  }),
  models: z
    .strictObject({ chat: setting('models.chat'), embed: setting('models.embed'), rerank: setting('models.rerank') })
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
      memory_budget: setting('engine.memory_budget'),
      memory_wait: setting('engine.memory_wait'),
      kv_budget: setting('engine.kv_budget'),
      keep_alive: setting('engine.keep_alive'),
      pinned: setting('engine.pinned'),
      download: setting('engine.download'),
      ...engineTables,
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
  tools,
  server: z
    .strictObject({
      host: setting('server.host'),
      port: setting('server.port'),
      allowed_hosts: setting('server.allowed_hosts'),
      allowed_origins: setting('server.allowed_origins'),
      max_requests: setting('server.max_requests'),
    })
    .optional(),
  observe: z
    .strictObject({
      trace: setting('observe.trace'),
      otlp: text({
        meaning: 'Where to send spans by OTLP.',
        later: { instead: 'Remove it: traces stay on this machine, rt trace shows them.' },
      }),
      capture_content: truth({
        meaning: 'Put the text of messages into spans that are sent.',
        later: { unless: [false], instead: 'Remove it: nothing is sent, and rt trace joins the text on this machine.' },
      }),
    })
    .optional(),
  guards,
  providers,
  router,
  vector,
  state,
  limits,
  mcp,
}

/** config.toml as a whole. Values stay as written: `env:NAME`, "75%" and single names are made uniform afterwards. */
export const configSchema: z.ZodObject = z
  .strictObject(shape)
  .describe(
    'config.toml of rt: models, providers, memory, tools, server. Precedence: flag > RT_* variable > this file > default.',
  )
