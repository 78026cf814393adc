import { CHAT_FLAGS } from '../chat/chat-flags.ts'
import { runChat } from '../chat/run-chat.ts'
import { type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, MODEL_FLAG, text } from '../command.ts'

export const command: CommandDefinition = {
  name: 'chat',
  summary: 'Talk to a model about your documents',
  positionals: '[PROMPT]',
  min: 0,
  max: Infinity,
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...MODEL_FLAG,
    ...CHAT_FLAGS,
    plain: { type: 'boolean', description: 'Do not look anything up in the knowledge' },
    stats: { type: 'boolean', description: 'Also print the time to the first token and tokens a second' },
    ...JSON_FLAG,
  },
  examples: [
    'rt chat',
    'rt chat "What may I spend on a meal in Oslo?"',
    'rt chat --thread ada "And in Bergen?"',
    'cat report.txt | rt chat --plain "Sum this up in one sentence."',
    'rt chat < question.txt',
    'rt chat --format invoice.schema.json --json "Invoice 17 of 3 May is about 120 euros."',
  ],
  run: (context) =>
    runChat({
      command,
      context,
      words: context.args,
      model: text(context.flags['model']),
      retrieve: context.flags['plain'] ? false : undefined,
      stats: context.flags['stats'] === true,
      keep: true,
    }),
}
