import { createMessage, type Message } from '@rt/core'
import { expect, it } from 'vitest'
import { conversationMarkdown, formatConversation } from './format-conversation.ts'

const MESSAGES: Message[] = [
  createMessage('user', 'What may I spend\nin Oslo?\u001b]0;owned\u0007'),
  createMessage('assistant', [
    { type: 'reasoning', text: 'hidden' },
    { type: 'tool-call', id: '1', name: 'look\u009b2J', arguments: { city: 'Oslo' } },
  ]),
  createMessage('tool', [{ type: 'tool-result', id: '1', name: 'look', result: '```\u0000', isError: true }]),
  createMessage('assistant', [
    { type: 'text', text: 'Up to 400 NOK.\u009b31m' },
    {
      type: 'citation',
      index: 1,
      source: 'handbook/travel.md',
      chunkId: 'c',
      headings: ['Meals\u001b[5m'],
      start: 1,
      end: 2,
      quote: '',
    },
  ]),
]
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

it('reads well in a terminal', () => {
  const text = formatConversation(MESSAGES)
  expect(text).toBe(
    [
      ' you      What may I spend',
      '          in Oslo?',
      ' tool     look {"city":"Oslo"}',
      '          failed: "```\\u0000"',
      ' answer   Up to 400 NOK.',
      '          [1] handbook/travel.md § Meals, bytes 1-2',
    ].join('\n'),
  )
  expect(text).not.toMatch(CONTROL)
})

it('reads well as Markdown', () => {
  const text = conversationMarkdown('ada\u001b[1m', MESSAGES)
  expect(text).toBe(
    [
      '# ada',
      '**You**\n\nWhat may I spend\nin Oslo?',
      '```\nlook {"city":"Oslo"}\n```',
      '````\nfailed: "```\\u0000"\n````',
      '**Answer**\n\nUp to 400 NOK.',
      '> [1] handbook/travel.md § Meals, bytes 1-2\n',
    ].join('\n\n'),
  )
  expect(text).not.toMatch(CONTROL)
})
