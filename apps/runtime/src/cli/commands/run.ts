import { RtError } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import { CHAT_FLAGS } from '../chat/chat-flags.ts'
import { runChat } from '../chat/run-chat.ts'
import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { createPullListener } from '../output/pull-listener.ts'

export const command: CommandDefinition = {
  name: 'run',
  summary: 'Talk to one model; it is fetched when it is missing',
  positionals: 'MODEL [PROMPT]',
  min: 1,
  max: Infinity,
  completes: 'installable',
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...CHAT_FLAGS,
    retrieve: { type: 'boolean', description: 'Look questions up in the knowledge (as with --thread)' },
    verbose: { type: 'boolean', description: 'Also print the time to the first token and tokens a second' },
    ...JSON_FLAG,
  },
  examples: [
    'rt run smollm2:135m',
    'rt run smollm2:135m "Why is the sky blue?"',
    'cat main.ts | rt run qwen2.5-coder:1.5b "What does this do?"',
    'rt run qwen2.5-coder:1.5b --format json "Name and capital of Norway as JSON."',
    'rt run hf:owner/repo:Q4_K_M --verbose "Say hello."',
  ],
  run(context) {
    const { args, flags, signal } = context
    const [model = '', ...words] = args
    return runChat({
      command,
      context,
      words,
      model,
      retrieve: flags['retrieve'] ? true : text(flags['thread']) === undefined ? false : undefined,
      stats: flags['verbose'] === true,
      keep: false,
      prepare: () => fetchMissing(model, signal),
    })
  },
}

/** A name the catalog does not know may be an alias of config.toml: the runtime judges it. */
const fetchMissing = async (model: string, signal: AbortSignal): Promise<void> => {
  const catalog = createCatalog()
  const entry = catalog.find(model, { references: true })
  if (!entry) return
  if (entry.kind !== 'chat') {
    const chats = catalog.list().filter((other) => other.kind === 'chat')
    throw new RtError({
      code: 'unsupported',
      message: `"${model}" is of kind ${entry.kind}: it cannot answer.`,
      hint: `Chat models: ${chats.map(({ name }) => name).join(', ')}.`,
    })
  }
  await catalog.ensure(model, { references: true, signal, ...createPullListener() })
}
