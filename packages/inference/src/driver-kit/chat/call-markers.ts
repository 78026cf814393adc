/** What models write around calls: the text before, and where there is one the text after. */
export interface CallMarker {
  begin: string
  end?: string
}

/** Wherever one of these stands in an answer to a prompt with tools, a call begins. What is between is read by `parseToolCalls`. */
export const CALL_MARKERS: readonly CallMarker[] = [
  // Hermes, Qwen, SmolLM3
  { begin: '<tool_call>', end: '</tool_call>' },
  // Phi-4, Granite
  { begin: '<|tool_call|>', end: '<|/tool_call|>' },
  // Llama 3
  { begin: '<|python_tag|>' },
  { begin: '<function=', end: '</function>' },
  // Mistral
  { begin: '[TOOL_CALLS]' },
  // Kimi
  { begin: '<|tool_calls_section_begin|>', end: '<|tool_calls_section_end|>' },
  // DeepSeek
  { begin: '<｜tool▁calls▁begin｜>', end: '<｜tool▁calls▁end｜>' },
]

/** Further control tokens that stand inside a call. */
export const INNER_CALL_MARKERS: readonly string[] = [
  '[ARGS]',
  '[CALL_ID]',
  '<|tool_call_begin|>',
  '<|tool_call_argument_begin|>',
  '<|tool_call_end|>',
  '<｜tool▁call▁begin｜>',
  '<｜tool▁sep｜>',
  '<｜tool▁call▁end｜>',
]
