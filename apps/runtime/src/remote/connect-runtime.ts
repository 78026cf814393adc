import { collect, createMessage, type Message, RtError, type StreamPart } from '@rt/core'
import { connect } from '@rt/server/client'
import { failSafe } from '../fail-safe.ts'
import { askApprover } from '../runs/ask-approver.ts'
import type { RuntimeClient, TurnOptions } from '../runtime.ts'

export interface ConnectOptions {
  data: string
  pid: number
  address: string
  /** Of the data folder's lock. */
  token: string
}

/** The runtime of another process on this machine, by its native HTTP API. */
export const connectRuntime = ({ data, pid, address, token }: ConnectOptions): RuntimeClient => {
  const remote = connect({ address, token })
  const turn = (prompt: string | Message[], options: TurnOptions = {}, thread?: string): AsyncIterable<StreamPart> => {
    const { signal, tools, approve, ...rest } = options
    if (tools?.length) throw toolsStayHere()
    const messages = typeof prompt === 'string' ? [createMessage('user', prompt)] : prompt
    const asked = remote.turn({ ...rest, messages, ...(thread !== undefined && { thread }) }, { signal })
    return approve ? failSafe(async () => askApprover(remote.runs, asked, { approve, thread, signal })) : asked
  }
  const close = async (): Promise<void> => {}
  return {
    ...remote,
    data,
    owner: { pid, address },
    thread: (id) => ({
      id,
      stream: (prompt, options) => turn(prompt, options, id),
      generate: (prompt, options) => collect(turn(prompt, options, id)),
      messages: () => remote.threads.messages(id),
    }),
    stream: (prompt, options) => turn(prompt, options),
    generate: (prompt, options) => collect(turn(prompt, options)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

const toolsStayHere = (): RtError =>
  new RtError({
    code: 'unsupported',
    message: 'tools are functions of this process and cannot be sent to the one that owns the data folder.',
    hint: 'Give them to that process: rt serve app.ts.',
  })
