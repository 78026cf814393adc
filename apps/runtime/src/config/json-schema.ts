import * as z from 'zod'
import { configSchema } from './schema.ts'

/**
 * The JSON Schema of config.toml, for editors: completion, descriptions and red lines while typing. Draft 4 is the one
 * that taplo, the engine behind the TOML extensions, reads.
 */
export const configJsonSchema = (): Record<string, unknown> => {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { target: 'draft-04', io: 'input' })
  return { $schema, title: 'config.toml of rt', ...schema }
}
