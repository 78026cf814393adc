import { RtError } from '@rt/core'
import type { JinjaProgram, TemplateVariables } from './jinja-program.ts'
import { reasoningFormatOf, type ReasoningFormat } from './reasoning-formats.ts'
import type { TemplateMessage } from './template-message.ts'

/** Where a template looks for what an earlier answer thought. `blocks`: in a list that is the message's content. */
export type ReasoningField = 'reasoning_content' | 'thinking' | 'reasoning' | 'blocks'

/** What a template can write, found out by giving it small conversations. */
export interface TemplateFeatures {
  /** It writes the offered tools into the prompt, in the form the model was trained on. */
  tools: boolean
  /** It has turns for calls and their results; otherwise they are written as plain turns. */
  toolTurns: boolean
  /** It takes the arguments of a call as JSON text, not as an object. */
  textArguments: boolean
  /** The model marks what it thinks. */
  reasoning?: ReasoningFormat
  /** The variable that switches thinking on and off. */
  thinkingSwitch?: string
  /** It takes `reasoning_effort`; `none` only where it says so. */
  effort?: ('none' | 'low' | 'medium' | 'high')[]
  reasoningField?: ReasoningField
}

/** The renderings differ from one template to the next in little but these words. */
const PROBE = { tool: 'rt_probe_tool', key: 'rt_probe_key', value: 'rt_probe_value', result: 'rt_probe_result' }
const THOUGHT = 'rt_probe_thought'
/** Mistral's templates insist on nine letters and digits. */
const ID = 'rtprobe01'

const USER: TemplateMessage = { role: 'user', content: 'Hello' }
const TOOLS = [
  {
    type: 'function',
    function: {
      name: PROBE.tool,
      description: 'A tool',
      parameters: {
        type: 'object',
        properties: { [PROBE.key]: { type: 'string', description: 'A key' } },
        required: [PROBE.key],
      },
    },
  },
]
const SWITCHES = ['enable_thinking', 'thinking']
const FIELDS: readonly ReasoningField[] = ['reasoning_content', 'thinking', 'reasoning', 'blocks']

/** @throws RtError `model_invalid` when even these conversations are too much for its budget. */
export const inspectTemplate = (
  source: string,
  program: JinjaProgram,
  constants: TemplateVariables = {},
): TemplateFeatures => {
  const write = (messages: TemplateMessage[], variables: TemplateVariables = {}): string => {
    try {
      return program.render({ ...constants, messages, add_generation_prompt: true, ...variables })
    } catch (error) {
      // A template may refuse a conversation; one that goes on for ever is no template.
      if (RtError.isInstance(error) && error.code === 'model_invalid') throw error
      return ''
    }
  }
  const differs = (a: TemplateVariables, b: TemplateVariables): boolean => write([USER], a) !== write([USER], b)
  const showsCall = (text: string): boolean => text.includes(PROBE.value) && text.includes(PROBE.result)

  const withObject = showsCall(write(calling({ [PROBE.key]: PROBE.value })))
  const withText = !withObject && showsCall(write(calling(JSON.stringify({ [PROBE.key]: PROBE.value }))))
  const toolTurns = withObject || withText
  const reasoning = reasoningFormatOf(source)
  const shows = (name: ReasoningField): boolean => {
    const text = write(thinking(name, toolTurns))
    // A template that knows no blocks may write the list as it is.
    return text.includes(THOUGHT) && !/['"]thinking['"]\s*:/.test(text)
  }
  const field = reasoning && FIELDS.find(shows)
  const thinkingSwitch = SWITCHES.find((name) => source.includes(name) && differs({ [name]: true }, { [name]: false }))
  const effort =
    source.includes('reasoning_effort') && differs({ reasoning_effort: 'low' }, { reasoning_effort: 'high' })
  return {
    tools: write([USER], { tools: TOOLS }).includes(PROBE.tool),
    toolTurns,
    textArguments: withText,
    ...(reasoning && { reasoning }),
    ...(thinkingSwitch && { thinkingSwitch }),
    ...(effort && { effort: NONE.test(source) ? ['none', 'low', 'medium', 'high'] : ['low', 'medium', 'high'] }),
    ...(field && { reasoningField: field }),
  }
}

/** A template that knows the effort `none` compares with it. */
const NONE = /reasoning_effort[^%}]*['"]none['"]/

const calling = (args: unknown): TemplateMessage[] => [
  USER,
  {
    role: 'assistant',
    content: '',
    tool_calls: [{ id: ID, type: 'function', function: { name: PROBE.tool, arguments: args } }],
  },
  { role: 'tool', name: PROBE.tool, tool_call_id: ID, content: PROBE.result },
]

/** Many templates keep thoughts only between a call and its result: those of finished turns are of no use. */
const thinking = (field: ReasoningField, toolTurns: boolean): TemplateMessage[] => {
  const answer = withReasoning({ role: 'assistant', content: toolTurns ? '' : 'Hi' }, THOUGHT, field)
  const [user, call, result] = calling({ [PROBE.key]: PROBE.value })
  return toolTurns ? [user!, { ...call!, ...answer }, result!] : [user!, answer]
}

/** The message with what was thought before it, where this template looks for it. */
export const withReasoning = (message: TemplateMessage, thought: string, field: ReasoningField): TemplateMessage => {
  if (field !== 'blocks') return { ...message, [field]: thought }
  const text = typeof message.content === 'string' ? message.content : ''
  const blocks: Record<string, string>[] = [
    { type: 'thinking', thinking: thought },
    { type: 'text', text },
  ]
  return { ...message, content: text ? blocks : blocks.slice(0, 1) }
}
