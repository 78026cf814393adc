import * as z from 'zod'
import { formed, oneOf, tables, whole } from './keys.ts'

const REDIS = /^(?:rediss?:\/\/[^\s/]\S*|unix:\/\/\S+)$/

const rates = (): Record<string, z.ZodOptional> => ({
  requests_per_minute: whole(1, 1_000_000, { meaning: 'Most requests a minute of one key to one model.' }),
  tokens_per_minute: whole(1, 1_000_000_000, {
    meaning: 'Most tokens a minute of one key to one model, prompt and answer.',
  }),
})

/** `[limits]`, with `[limits.models.MODEL]`. */
export const limits: z.ZodOptional = z
  .strictObject({
    store: oneOf(['memory', 'redis'], {
      meaning:
        'Where limits, budget and kept answers are: in this process and its data file, or in a Redis that several processes share.',
      otherwise: 'memory',
    }),
    url: formed(REDIS, {
      meaning: 'store = "redis": its address.',
      expects: 'the address of a Redis, such as "redis://127.0.0.1:6379"',
    }),
    ...rates(),
    models: tables(
      { keys: rates() },
      {
        name: 'MODEL',
        meaning:
          'Limits of one model, in place of those above. Its whole name stands in quotes: `[limits.models."anthropic/claude-sonnet-4-5"]`.',
      },
    ),
  })
  .optional()
