import { Writable } from 'node:stream'
import { tool } from '@rt/tools'
import { expect, it } from 'vitest'
import type { App } from '../../app/define-app.ts'
import { showTools } from './show-tools.ts'

const context = { callId: '1', principal: 'local', signal: new AbortController().signal }

const watched = (app: App, all: boolean) => {
  let written = ''
  const stream = new Writable({ write: (chunk, _encoding, done) => ((written += String(chunk)), done()) })
  const shown = showTools(app, { all, stream: stream as unknown as NodeJS.WriteStream })
  return { shown, written: () => written }
}
const make = (execute: (input: unknown) => unknown) =>
  tool({
    name: 'boat',
    description: 'x',
    inputSchema: { jsonSchema: { type: 'object' } },
    execute: async (i) => execute(i),
  })

it('shows what a tool was called with and gave back, to a developer only', async () => {
  for (const all of [true, false]) {
    const { shown, written } = watched({ tools: [make(() => ({ at: 'sea\u001b]0;x\u0007' }))] }, all)
    expect(await shown.tools![0]!.execute({ name: 'Alke' }, context)).toEqual({ at: 'sea\u001b]0;x\u0007' })
    if (all) expect(written()).toMatch(/^ tool {7}boat \{"name":"Alke"\} -> \{"at":"sea.*"\} {3}\d+ ms\n$/)
    expect(written()).not.toContain('\u001b')
    if (!all) expect(written()).toBe('')
  }
})

it('shows the whole error of one that throws, also of a tool given to an agent, and throws it on', async () => {
  const fail = make(() => {
    throw new RangeError('sensor offline')
  })
  const { shown, written } = watched({ agents: { harbour: { tools: [fail] } } }, false)
  const [inline] = shown.agents!['harbour']!.tools!
  await expect(typeof inline === 'object' && inline.execute({}, context)).rejects.toThrow('sensor offline')
  expect(written()).toMatch(/boat \{\} failed: RangeError: sensor offline\n +at .*show-tools\.test\.ts/)
})

it('leaves what is no tool for the check of the app', () => {
  const { shown } = watched({ tools: [{ name: 'x' }] as never, agents: { a: { tools: ['x'] } } }, true)
  expect(shown).toEqual({ tools: [{ name: 'x' }], agents: { a: { tools: ['x'] } } })
})
