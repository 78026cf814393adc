import type { Dialect } from '../model.ts'
import { buildRequest } from './build-request.ts'
import { parseStream } from './parse-stream.ts'

/** Chat completions, which everybody speaks. */
export const chatDialect: Dialect = {
  build: buildRequest,
  path: '/chat/completions',
  parse: parseStream,
}
