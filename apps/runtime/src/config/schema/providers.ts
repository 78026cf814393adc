import * as z from 'zod'
import { PROVIDER_KINDS, PROVIDER_NAME } from '../provider-kinds.ts'
import { dollars, duration, formed, oneOf, pairs, tables, text, texts, truth, whole } from './keys.ts'
import { noted } from './note.ts'

const ADDRESS = /^https?:\/\/\S+$/
/** Not a path: it is looked for where the program's packages are. */
const PACKAGE = /^(?:@[\w-][\w.-]*\/)?[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/

const price = (meaning: string, otherwise?: string): z.ZodOptional => dollars({ meaning, otherwise })

/** `[providers.NAME]`. */
export const providers: z.ZodOptional = tables(
  {
    names: z.string().regex(PROVIDER_NAME),
    keys: {
      kind: oneOf(PROVIDER_KINDS, { meaning: 'What it speaks.', otherwise: "the table's name" }),
      api_key: text({
        meaning: 'Its key, as `env:NAME`, so that no secret stands in the file.',
        otherwise: "the service's own variable, or none where base_url is given",
      }),
      base_url: formed(ADDRESS, {
        meaning: 'Address of a compatible server.',
        expects: 'an address such as "https://host/v1"',
        otherwise: "the service's own",
      }),
      models: texts({
        meaning:
          'The only models that requests may name, without `NAME/`; those of `[models]` are allowed in any case.',
        otherwise: 'all',
      }),
      timeout: duration({ meaning: 'How long the first byte of an answer may take.', otherwise: '120s' }),
      headers: pairs({ meaning: 'Sent with every request.' }),
      context_tokens: whole(256, 100_000_000, {
        meaning: 'Context window of its models, where it is not known.',
        otherwise: 'by its name, or the least that is usual',
      }),
      dimensions: whole(1, 100_000, {
        meaning: 'Length of the vectors of its embedding models, where it is not known.',
        otherwise: 'known, or asked with one short text',
      }),
      continues: truth({
        meaning: 'Its models go on where an answer broke off, when that text is given to them as the last message.',
        otherwise: 'false',
      }),
      price: noted(
        z.strictObject({
          input: price('Of the prompt.').unwrap(),
          output: price('Of the answer.').unwrap(),
          cache_read: price('Of prompt tokens that a cache served.', 'as input'),
          cache_write: price('Of prompt tokens that were put into a cache.', 'as input'),
        }),
        {
          meaning: 'US dollars per million tokens, instead of the list price. Both are 0 for a server of your own.',
          expects: 'a table with input and output',
        },
      ).optional(),
      version: oneOf(['2023-06-01', '2026-10-21'], {
        meaning: 'kind anthropic: version of its API. Servers that imitate it mostly want the first.',
        otherwise: '2026-10-21',
      }),
      api: oneOf(['chat', 'responses'], {
        meaning: 'kind openai and the like: which of its APIs. "responses" keeps reasoning from one call to the next.',
        otherwise: 'chat',
      }),
      package: formed(PACKAGE, {
        meaning: 'kind ai-sdk: an installed package. Needs your trust.',
        expects: 'the name of a package such as "@ai-sdk/google"',
      }),
    },
  },
  {
    name: 'NAME',
    meaning:
      'A remote service for models, which are called `NAME/MODEL`. A service that is a kind of its own needs no table: its key is read from the environment.',
    names: 'letters, digits, "-", "_" and ".", a letter or digit first',
  },
)
