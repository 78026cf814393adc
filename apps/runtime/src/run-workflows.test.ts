import { expect, it } from 'vitest'
import { temporaryFolder } from './__fixtures__/command.ts'
import { createRuntime, workflow } from './index.ts'

it('a workflow goes on where it stopped, also in another runtime', async () => {
  await using folder = await temporaryFolder()
  const options = { data: folder.path, embed: false as const }
  const ran: string[] = []
  let broken = true
  const greet = workflow('greet', async (name: string, { step }) => {
    const text = await step('text', () => {
      ran.push('text')
      return `Hello ${name}`
    })
    return step('shout', () => {
      ran.push('shout')
      if (broken) throw new TypeError('no voice')
      return text.toUpperCase()
    })
  })
  {
    await using rt = await createRuntime(options)
    await expect(rt.workflow(greet, 'Ada', { id: 'w' })).rejects.toThrow('no voice')
  }
  broken = false
  await using rt = await createRuntime(options)
  expect(await rt.workflow(greet, 'Ada', { id: 'w' })).toBe('HELLO ADA')
  expect(ran).toEqual(['text', 'shout', 'shout'])
  await expect(rt.workflow(greet, 'Bob', { id: 'w' })).rejects.toMatchObject({ code: 'conflict' })
})
