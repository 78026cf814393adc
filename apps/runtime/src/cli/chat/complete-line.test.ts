import { expect, it } from 'vitest'
import { createFakeClient } from './__fixtures__/fake-client.ts'
import { completeLine } from './complete-line.ts'

const complete = async (line: string): Promise<[string[], string]> => {
  const runtime = createFakeClient()
  for (const name of ['ada', 'adam', 'bob']) for await (const _ of runtime.thread(name).stream('hello')) void _
  const models = { installed: async () => ['smollm2:135m', 'qwen:1b'], note: async () => undefined }
  return completeLine({ runtime, models }, line)
}

it.each([
  ['/th', ['/thread ', '/threads'], '/th'],
  ['/by', ['/bye'], '/by'],
  ['/model s', ['smollm2:135m'], 's'],
  ['/model ', ['smollm2:135m', 'qwen:1b'], ''],
  ['/thread ad', ['ada', 'adam'], 'ad'],
  ['/retrieve o', ['on', 'off'], 'o'],
  ['/search x', [], 'x'],
  ['hello /th', [], 'hello /th'],
])('completes %j', async (line, offers, replaced) => {
  expect(await complete(line)).toEqual([offers, replaced])
})
