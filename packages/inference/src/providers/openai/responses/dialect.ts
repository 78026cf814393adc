import type OpenAI from 'openai'
import type { Dialect } from '../model.ts'
import { asStream } from '../transport.ts'
import { buildRequest } from './build-request.ts'
import { parseStream } from './parse-stream.ts'

/** The Responses API. Nothing is kept at the provider: reasoning comes along encrypted and goes back that way. */
export const responsesDialect: Dialect = {
  build: buildRequest,
  // The body follows the API that is called, which need not be the one the SDK knows.
  open: (client, body, signal) =>
    client.responses
      .create(body as unknown as OpenAI.Responses.ResponseCreateParamsStreaming, asStream(signal))
      .asResponse(),
  parse: parseStream,
}
