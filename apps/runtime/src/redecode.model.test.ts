import type { JsonValue, StreamPart, TraceSpan } from '@rt/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime, tool } from './index.ts'
import type { Runtime } from './runtime.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let rt: Runtime
beforeAll(async () => {
  folder = await temporaryFolder()
  rt = await createRuntime({ data: folder.path, config: false, chat: 'smollm2:135m', embed: false, threads: 1 })
})
afterAll(async () => {
  await rt?.close()
  await folder[Symbol.asyncDispose]()
})

const spansOf = (spans: readonly TraceSpan[]): TraceSpan[] => spans.flatMap((span) => [span, ...spansOf(span.children)])

it('a local model writes arguments again that its tool does not take, without another step', async () => {
  const seen: JsonValue[] = []
  const taken: unknown[] = []
  // What the grammar cannot keep is for the tool to say: here that the first try will not do.
  const pick = tool({
    name: 'pick_flags',
    description: 'Picks two flags',
    inputSchema: {
      jsonSchema: {
        type: 'object',
        properties: {
          flags: { type: 'array', items: { type: 'boolean' }, minItems: 2, maxItems: 2, uniqueItems: true },
        },
        required: ['flags'],
      },
      validate: (value) =>
        seen.push(value as JsonValue) === 1 ? { issues: [{ message: 'pick others', path: ['flags'] }] } : { value },
    },
    execute: (input) => {
      taken.push(input)
      return 'picked'
    },
  })
  const parts: StreamPart[] = []
  for await (const part of rt.stream('Pick two flags.', { tools: [pick], toolChoice: 'required', maxOutputTokens: 40 }))
    parts.push(part)
  expect(seen).toHaveLength(2)
  expect(taken).toEqual([seen[1]])
  const of = <T extends StreamPart['type']>(type: T) =>
    parts.filter((part): part is Extract<StreamPart, { type: T }> => part.type === type)
  expect(of('tool-call-start').map(({ id }) => id)).toEqual(Array(2).fill(of('tool-call-end')[0]!.id))
  expect(of('tool-call-end').map(({ arguments: args }) => args)).toEqual([seen[1]])
  expect(of('tool-result').map(({ result }) => result)).toEqual(['picked'])
  expect(of('warning').map(({ id }) => id)).toContain('schema-relaxed')
  const usages = of('usage').map(({ usage }) => usage)
  // The call, its arguments again, the answer.
  expect(usages).toHaveLength(3)
  expect(usages[1]!.input).toBeLessThan(usages[0]!.input + usages[0]!.cacheRead)
  expect(parts.at(-1)).toMatchObject({
    type: 'finish',
    usage: { output: usages.reduce((sum, { output }) => sum + output, 0) },
  })
  const trace = await rt.trace.last()
  expect(spansOf(trace!.spans).map(({ name }) => name)).toContain('redecode smollm2:135m')
})
