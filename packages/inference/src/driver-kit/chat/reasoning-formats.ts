/** How a model marks what it thinks before it answers. */
export interface ReasoningFormat {
  /** Begins a segment, as the model writes it. */
  open: string
  /** Ends it. */
  close: string
  /** Written for the model to begin a segment. */
  openText: string
  /** Written for the model to end a segment where its budget is used up, up to where the answer begins. */
  closeText: string
  /** Written for the model after it ended a segment itself, where a grammar is to begin with the answer. Default: nothing. */
  answerText?: string
  /** Written for the model to answer without a segment. Default: nothing, it just answers. */
  directText?: string
  /** The answer consists of messages with headers (`readFrames`), of which segments are one kind. */
  framed?: boolean
}

/** What a template's text is searched for, in this order: the first that it mentions is the model's. */
export const REASONING_FORMATS: readonly ReasoningFormat[] = [
  {
    open: '<|channel|>analysis<|message|>',
    close: '<|end|>',
    openText: '<|channel|>analysis<|message|>',
    closeText: '<|end|><|start|>assistant<|channel|>final<|message|>',
    answerText: '<|start|>assistant<|channel|>final<|message|>',
    directText: '<|channel|>final<|message|>',
    framed: true,
  },
  { open: '<|channel>thought\n', close: '<channel|>', openText: '<|channel>thought\n', closeText: '<channel|>' },
  { open: '[THINK]', close: '[/THINK]', openText: '[THINK]', closeText: '[/THINK]' },
  { open: '<seed:think>', close: '</seed:think>', openText: '<seed:think>', closeText: '</seed:think>' },
  { open: '<think>', close: '</think>', openText: '<think>\n', closeText: '\n</think>\n\n', answerText: '\n\n' },
]

/** The format of a template; undefined when it mentions none. */
export const reasoningFormatOf = (source: string): ReasoningFormat | undefined =>
  REASONING_FORMATS.find(
    ({ open, close, framed }) => source.includes(open.trim()) || (!framed && source.includes(close)),
  )
