import { clientError } from '../../errors/error-response.ts'
import { errorContext } from '../../middleware/app-context.ts'
import { requireJson } from '../../middleware/require-json.ts'
import { checkModelName } from '../model-name.ts'
import { decodeMessages } from './message-bytes.ts'
import { type NativeContext, readBody } from './native-context.ts'
import { ndjson } from './ndjson.ts'
import { turnLines } from './turn-lines.ts'

/** POST /rt/turn. */
export const turnRoutes = ({ app, operations, settings }: NativeContext): void => {
  app.post('/rt/turn', requireJson(settings), async (c) => {
    const { messages, ...rest } = await readBody(c, settings, 'turnSchema')
    if (rest.model !== undefined) checkModelName(rest.model, OTHER_MODELS)
    const request = { ...rest, messages: decodeMessages(messages) }
    const context = errorContext(c, settings)
    return ndjson(c, settings, (signal) =>
      turnLines((given) => operations.turn(request, { signal: given }), {
        signal,
        shutdown: c.env?.shutdown,
        toClient: (error) => clientError(error, context),
      }),
    )
  })
}

const OTHER_MODELS =
  'A running server answers by models that are installed: rt list shows them, rt pull fetches one. To open a file, stop the server first.'
