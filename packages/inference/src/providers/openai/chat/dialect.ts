import type OpenAI from 'openai'
import type { Dialect } from '../model.ts'
import { asStream } from '../transport.ts'
import { buildRequest } from './build-request.ts'
import { parseStream } from './parse-stream.ts'

/** Chat completions, which everybody speaks. */
export const chatDialect: Dialect = {
  build: buildRequest,
  // The body follows the API that is called, which need not be the one the SDK knows.
  open: (client, body, signal) =>
    client.chat.completions
      .create(body as unknown as OpenAI.ChatCompletionCreateParamsStreaming, asStream(signal))
      .asResponse(),
  parse: parseStream,
}
