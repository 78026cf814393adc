import { deserializeError, RtError, type StreamPart, type Tool, type ToolContext } from '@rt/core'
import { tool } from '../tool.ts'

export interface AgentToolOptions {
  /** What the model calls it. */
  name: string
  /** What it is good at: the model reads this. */
  description: string
  /** Answers a task: any stream of parts, such as `runLoop` or `rt.stream` gives it. */
  run: (task: string, context: ToolContext) => AsyncIterable<StreamPart>
  /** Ceiling of one task in milliseconds. Default 600,000. */
  timeoutMs?: number
}

/**
 * An agent as a tool of another: it is given a task in words and nothing else of the conversation, and what it answers is the
 * result, which counts as written by others. What it has written so far is shown while it works.
 *
 * @throws RtError `invalid_request` for a bad name or limit.
 */
export const agentTool = ({ name, description, run, timeoutMs = 600_000 }: AgentToolOptions): Tool => ({
  ...tool({
    name,
    description,
    inputSchema: {
      jsonSchema: {
        type: 'object',
        properties: { task: { type: 'string', description: 'What to do, with all that has to be known for it.' } },
        required: ['task'],
        additionalProperties: false,
      },
    },
    timeoutMs,
    async *execute(input, context) {
      let text = ''
      for await (const part of run((input as { task: string }).task, context)) {
        if (part.type === 'text-delta') text += part.text
        else if (part.type === 'step-finish' && text) yield text
        else if (part.type === 'error') throw deserializeError(part.error)
        else if (part.type === 'abort') throw new RtError({ code: 'aborted', message: `${name}: ${part.reason}` })
        else if (part.type === 'finish') {
          if (part.finishReason === 'approval') throw waits(name)
          yield text
        }
      }
    },
  }),
  // What it has read may stand in what it answers.
  untrusted: true,
})

/** Its own run has been kept: what comes of it can be read there, but not here. */
const waits = (name: string): RtError =>
  new RtError({
    code: 'approval_required',
    message: `${name} did not finish: one of its calls waits for a person.`,
    hint: 'Let the tools of an agent that others call run without a person, or ask it directly.',
  })
