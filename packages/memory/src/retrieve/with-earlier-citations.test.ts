import { createMessage, type CitationPart, type Message, type RetrievedChunk } from '@rt/core'
import { expect, it } from 'vitest'
import { withEarlierCitations } from './with-earlier-citations.ts'

const chunk = (id: string): RetrievedChunk => ({
  id,
  source: 'a.md',
  headings: [],
  text: id,
  start: 0,
  end: 9,
  score: 1,
})
const citation = (chunkId: string): CitationPart => ({
  type: 'citation',
  index: 1,
  source: 'a.md',
  chunkId,
  headings: ['Meals'],
  start: 4,
  end: 9,
  quote: 'Oslo: 400 NOK.',
})
const answered = (chunkId: string): Message[] => [
  createMessage('user', 'What may I spend on a meal in Oslo?'),
  createMessage('assistant', [{ type: 'text', text: '400 NOK.' }, citation(chunkId)]),
]
const ids = (chunks: RetrievedChunk[]): string[] => chunks.map(({ id }) => id)

it('puts what was cited before a question that only refers back', () => {
  const chunks = withEarlierCitations(
    'And how much was that limit again?',
    [chunk('x'), chunk('meals')],
    answered('meals'),
  )
  expect(ids(chunks)).toEqual(['meals', 'x'])
  expect(chunks[0]).toMatchObject({ text: 'Oslo: 400 NOK.', start: 4, end: 9, headings: ['Meals'] })
  expect(chunks[0]).not.toHaveProperty('converted')
})

it('keeps that the bytes were not of the file', () => {
  const history = [createMessage('assistant', [{ ...citation('meals'), converted: true }])]
  expect(withEarlierCitations('And that?', [], history)).toMatchObject([{ id: 'meals', converted: true }])
})

it('puts it behind what was found when the question also names a subject, each passage once', () => {
  for (const question of [
    'Is that also the limit for a dinner in Bergen?',
    'And how long is the warranty of a lamp?',
    'What about the trains to Bergen?',
  ])
    expect(ids(withEarlierCitations(question, [chunk('x')], answered('meals'))), question).toEqual(['x', 'meals'])
  const again = withEarlierCitations('Is that meal allowance the same in Oslo?', [chunk('meals')], answered('meals'))
  expect(again).toEqual([chunk('meals')])
})

it('leaves it out of a question that does not refer back', () => {
  for (const question of [
    'Thanks!',
    'Who are you?',
    'How long is the warranty?',
    'How long is the warranty of a lamp?',
    'Where can I buy a one-way ticket?',
    'Are sandals allowed?',
    '',
  ]) {
    expect(withEarlierCitations(question, [], answered('meals')), question).toEqual([])
    expect(ids(withEarlierCitations(question, [chunk('x')], answered('meals'))), question).toEqual(['x'])
  }
})

it('knows a question that refers back by one word, or by how it begins', () => {
  for (const question of [
    "What's that?",
    "That's per day?",
    'Is it?',
    'Which one?',
    'Is this the limit?',
    'What else?',
    'And Bergen?',
    'But why?',
    '… so?',
    'What about dinner?',
    'How about 2 of us?',
    'Dinner instead?',
  ])
    expect(ids(withEarlierCitations(question, [chunk('x')], answered('meals'))), question).toEqual(['meals', 'x'])
})

it('forgets what was cited three questions ago', () => {
  const other = [createMessage('user', 'How are you?'), createMessage('assistant', 'Well.')]
  expect(ids(withEarlierCitations('And that?', [], [...answered('meals'), ...other]))).toEqual(['meals'])
  expect(withEarlierCitations('And that?', [], [...answered('meals'), ...other, ...other, ...other])).toEqual([])
})

it('keeps the label of the answer that cited it, or of the document as it was found now', () => {
  const label = 'local-only' as const
  const labelled = answered('meals').map((message) => ({ ...message, label }))
  expect(withEarlierCitations('And that?', [], labelled)).toMatchObject([{ id: 'meals', label }])
  expect(withEarlierCitations('And that?', [{ ...chunk('meals'), label }], answered('meals'))).toMatchObject([
    { id: 'meals', text: 'Oslo: 400 NOK.', label },
  ])
  expect(withEarlierCitations('And that?', [], answered('meals'))[0]).not.toHaveProperty('label')
})
