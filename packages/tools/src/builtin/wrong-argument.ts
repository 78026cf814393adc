import { RtError } from '@rt/core'

/** What the model can do better: it reads the message. */
export const wrongArgument = (message: string): RtError => new RtError({ code: 'tool_arguments', message })
