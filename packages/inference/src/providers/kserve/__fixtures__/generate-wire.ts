import type { FakeWire, WireFault } from '../../../conformance/index.ts'

const STATUS: Record<WireFault, [status: number, reason: string]> = {
  'rate-limited': [429, 'too many requests.'],
  overloaded: [503, 'exceeds maximum queue size.'],
  'server-error': [500, 'inference failed.'],
  unauthorized: [401, 'no.'],
  'model-not-found': [404, 'unknown model.'],
  'context-overflow': [400, 'the prompt is longer than the maximum context length.'],
  'invalid-request': [400, 'unexpected parameter.'],
}

/** Triton's generate extension, as its vLLM backend speaks it when it is asked to report. */
export const generateWire: FakeWire = {
  framing: 'sse',
  contentType: 'text/event-stream; charset=utf-8',
  counts: { cacheRead: false, cacheWrite: false, reasoning: false },
  optionalFrames: 0,
  frames: ({ text = [], finishReason = 'stop', usage }) =>
    [...text, ''].map((piece, index) => {
      const last = index === text.length
      const event = {
        model_name: 'm',
        model_version: '1',
        finish_reason: last ? finishReason.replace('-', '_') : 'null',
        ...(usage && { num_input_tokens: usage.input, num_output_tokens: last ? usage.output : 0 }),
        text_output: piece,
      }
      return [`data: ${JSON.stringify(event)}`]
    }),
  errorFrame: (message) => [`data: ${JSON.stringify({ error: message })}`],
  refuse(fault, message) {
    const [status, reason] = STATUS[fault]
    return { status, body: JSON.stringify({ error: `${reason} ${message}` }) }
  },
  read: ({ path }) => ({ model: decodeURIComponent(path.split('/')[3] ?? ''), tools: [] }),
  models: (ids) => JSON.stringify(ids.map((name) => ({ name, version: '1', state: 'READY' }))),
}
