/** A message as chat templates know it (the shape of Hugging Face transformers). */
export interface TemplateMessage {
  role: string
  /** A list only for templates that look for what was thought there. */
  content: string | Record<string, string>[]
  name?: string
  tool_calls?: { id: string; type: 'function'; function: { name: string; arguments: unknown } }[]
  tool_call_id?: string
  /** What was thought before the answer, under the name the template has for it. */
  reasoning_content?: string
  thinking?: string
  reasoning?: string
}
