import { createMessage, type Guard, messageText } from '@rt/core'
import { expect, test } from 'vitest'
import { composeGuards } from './compose-guards.ts'

const mark = (name: string): Guard => ({
  beforeModel: async (messages) => messages.map((one) => createMessage('user', `${messageText(one)}${name}`, one.id)),
  beforeTool: async (_tool, args) => `${args as string}${name}`,
  afterTool: async (_tool, result) => `${result as string}${name}`,
  answer: () => {
    let held = ''
    return {
      push: (text) => {
        const shown = held
        held = text.toUpperCase() === text ? text : `${text}${name}`
        return shown
      },
      end: () => held,
    }
  },
})

test('what goes to the model passes them first to last, what comes from it last to first', async () => {
  const guard = composeGuards([mark('1'), {}, mark('2')])
  const [sent] = await guard.beforeModel!([createMessage('user', 'x')])
  expect(messageText(sent!)).toBe('x12')
  expect(await guard.afterTool!('t', 'x')).toBe('x12')
  expect(await guard.beforeTool!('t', 'x')).toBe('x21')
})

test('an answer passes all of them, with what each held back', async () => {
  const answer = composeGuards([mark('1'), mark('2')]).answer!()!
  const shown = [await answer.push('a'), await answer.push('b'), await answer.push('c')]
  expect(shown.join('') + (await answer.end())).toBe('a21b21c21')
})

test('what none of them looks at is not looked at', () => {
  expect(composeGuards([{ beforeTool: async (_name, args) => args }, {}])).toEqual({ beforeTool: expect.any(Function) })
})
