import type { Dialect } from '../model.ts'
import { buildRequest } from './build-request.ts'
import { parseStream } from './parse-stream.ts'

/** The Responses API. Nothing is kept at the provider: reasoning comes along encrypted and goes back that way. */
export const responsesDialect: Dialect = {
  build: buildRequest,
  path: '/responses',
  parse: parseStream,
}
