import { PII_RULES } from '@rt/tools/guards'
import * as z from 'zod'
import { GUARDED_TEXTS } from '../guard-settings.ts'
import { oneOf, pairs, table, text, texts, truth } from './keys.ts'
import { noted } from './note.ts'

const action = (values: readonly string[], otherwise: string): z.ZodOptional =>
  oneOf(values, { meaning: 'What happens to what it finds. `warn` only says so on the trace.', otherwise })

const listOf = (values: readonly string[], meaning: string, otherwise: string): z.ZodOptional =>
  noted(z.array(z.enum(values as [string, ...string[]])).min(1), {
    meaning,
    expects: `a list of ${values.join(', ')}`,
    otherwise,
    values,
  }).optional()

const threshold = (meaning: string, otherwise: string): z.ZodOptional =>
  noted(z.number().min(0).max(1), { meaning, expects: 'a number from 0 to 1', otherwise }).optional()

const on = (otherwise: string): z.ZodOptional =>
  listOf(
    GUARDED_TEXTS,
    'What it looks at: what people ask, what others wrote (passages, results of tools), what the model answers.',
    otherwise,
  )

/** `[guards]`. */
export const guards: z.ZodOptional = z
  .strictObject({
    pii: table(
      {
        rules: listOf(PII_RULES, 'What it looks for.', 'all of them'),
        action: action(['redact', 'block', 'warn'], 'redact'),
        reversible: truth({
          meaning: 'The model sees numbered placeholders; tools and people get the values back.',
          otherwise: 'false',
        }),
      },
      { meaning: 'Keeps personal data and keys from models, tools and answers. Without the table: off.' },
    ),
    injection: table(
      {
        action: action(['mark', 'remove', 'block', 'warn', 'off'], 'mark'),
        threshold: threshold('From which score on a foreign text counts as instructions.', '0.6'),
        image_hosts: texts({
          meaning:
            'Hosts whose images an answer may show after something foreign was read, such as "*.example.com". Needs your trust.',
          otherwise: 'none',
        }),
      },
      {
        meaning:
          'Cleans what others wrote (passages, results of tools) of what only a model sees, and marks what reads like instructions. On without the table.',
      },
    ),
    classifier: table(
      {
        model: text({ meaning: 'A model that classifies texts, as `[models]` names them. Needed.' }),
        labels: texts({ meaning: 'Its labels that are refused. Needed.' }),
        threshold: threshold('From which score on.', '0.5'),
        on: on('input, foreign'),
        action: action(['block', 'warn'], 'block'),
      },
      { meaning: 'Refuses texts by what a classifier says of them.' },
    ),
    topics: table(
      {
        allow: texts({ meaning: 'What may be asked about: names or example questions.', otherwise: 'anything' }),
        deny: texts({
          meaning: 'What may not, where it is nearer to this than to what is allowed.',
          otherwise: 'nothing',
        }),
        threshold: threshold('Cosine from which on a question is of a topic.', 'what the embedder says of itself'),
        action: action(['block', 'warn'], 'block'),
      },
      { meaning: 'Refuses questions by how near they are to topics, judged by the embedder.' },
    ),
    judge: table(
      {
        model: text({ meaning: 'A chat model.', otherwise: 'the default one' }),
        rules: pairs({ meaning: 'What is refused, by name: `{ medical = "Advice on medicines." }`. Needed.' }),
        on: on('input'),
        action: action(['block', 'warn'], 'block'),
      },
      { meaning: 'Has a model say whether a text breaks a rule.' },
    ),
  })
  .optional()
