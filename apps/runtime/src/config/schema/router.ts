import * as z from 'zod'
import { dollars, duration, table, truth, whole } from './keys.ts'
import { noted } from './note.ts'

/** A day has no more. */
const TOKENS = 1_000_000_000_000

/** `[router]`, with `[router.budget]` and `[router.cache]`. */
export const router: z.ZodOptional = z
  .strictObject({
    timeout: duration({
      meaning: 'Longest a model may take until it begins to answer; then the next of the list is asked.',
      otherwise: 'as long as it takes',
    }),
    retries: whole(0, 10, {
      meaning: 'How often a model is asked again before the next one is, while nothing came from it.',
      otherwise: '2',
    }),
    hedge_after: duration({
      meaning: 'Ask the next model beside the first when that wrote nothing for so long. Both may be billed.',
      otherwise: 'never',
    }),
    budget: table(
      {
        day_usd: dollars({ meaning: 'Most that models may cost in a day.' }),
        day_tokens: whole(0, TOKENS, { meaning: 'Most tokens in a day, local models included.' }),
        key_day_usd: dollars({ meaning: 'Most that each API key may cost in a day.' }),
        key_day_tokens: whole(0, TOKENS, { meaning: 'Most tokens of each API key in a day.' }),
        thread_usd: dollars({ meaning: 'Most that one thread may cost.' }),
        thread_tokens: whole(0, TOKENS, { meaning: 'Most tokens of one thread.' }),
      },
      {
        meaning:
          'What may be spent: asked before each call, which is refused when it could go over. Days are local ones.',
      },
    ),
    cache: table(
      {
        ttl: duration({ meaning: 'How long an answer is used again.', otherwise: '1h' }),
        sampled: truth({
          meaning: 'Also answers that may turn out differently each time.',
          otherwise: 'false: temperature 0 only',
        }),
        similar: noted(z.number().min(0.8).max(1), {
          meaning: 'Also answer a question whose cosine to an earlier one is at least this.',
          expects: 'a number from 0.8 to 1',
          otherwise: 'only the same question',
        }).optional(),
      },
      { meaning: 'Use answers again. Without the table: never. With none of its keys: as their defaults say.' },
    ),
  })
  .optional()
