import type { RetrievedChunk } from '@rt/core'
import { describe, expect, it } from 'vitest'
import { chunkDocument } from '../ingest/chunkers/heading-aware.ts'
import { cite } from './cite.ts'

const FILE = `\uFEFF# Reisen 🧭

## Meals

Größe zählt nicht. Up to 400 NOK a day may be spent on meals in Oslo – keep receipts 👩‍👩‍👧. Tips are not paid.

## Trains

- Book a sleeper for trips of more than 6 hours.
- Second class is the rule, e.g. on the line to Bergen. First class costs 1,250.50 NOK.

## Offices

| city | floor |
|---|---|
| Tromsø | 3 |
| Zürich | 12 |
`

const retrieved: RetrievedChunk[] = chunkDocument(FILE).map((chunk, i) => ({
  ...chunk,
  id: `c${i}`,
  source: 'handbook/travel.md',
  score: 1,
}))
const sliced = (start: number, end: number): string => Buffer.from(FILE).subarray(start, end).toString()
const quotes = (answer: string, question?: string): string[] =>
  cite(answer, retrieved, { question }).map(({ quote }) => quote)

const MEALS = 'Up to 400 NOK a day may be spent on meals in Oslo – keep receipts 👩‍👩‍👧.'

describe('cite', () => {
  it('names the sentence with the numbers and names of the answer, in bytes of the file', () => {
    const [citation, ...rest] = cite('You may spend 400 NOK per day.', retrieved, {
      question: 'What may I spend on a meal in Oslo?',
    })
    expect(rest).toEqual([])
    expect(citation).toMatchObject({
      type: 'citation',
      index: 1,
      source: 'handbook/travel.md',
      chunkId: 'c0',
      headings: ['Reisen 🧭', 'Meals'],
      quote: MEALS,
    })
    expect(sliced(citation!.start, citation!.end)).toBe(MEALS)
    expect(citation!.start).not.toBe(FILE.indexOf(MEALS))
  })

  it('reads numbers in every spelling and finds list items and table rows', () => {
    expect(quotes('It costs 1250.5 NOK.')).toEqual(['First class costs 1,250.50 NOK.'])
    expect(quotes('You need a sleeper above 6 hours')).toEqual(['Book a sleeper for trips of more than 6 hours.'])
    expect(quotes('Our office in Zürich is on floor 12.')).toEqual(['| Zürich | 12 |'])
  })

  it('gives exact bytes for every answer it cites', () => {
    for (const answer of [
      '400',
      'Tips are not paid',
      'the line to Bergen',
      'in Tromsø on floor 3',
      'More than 6 hours [2]',
      '[1][2][3]',
    ])
      for (const { start, end, quote } of cite(answer, retrieved)) expect(sliced(start, end)).toBe(quote)
  })

  it('says when the bytes are not of the file', () => {
    const converted = retrieved.map((chunk) => ({ ...chunk, converted: true as const }))
    expect(cite('400 NOK.', converted)).toMatchObject([{ converted: true }])
    expect(cite('400 NOK.', retrieved)[0]).not.toHaveProperty('converted')
  })

  it("uses the model's own marker, each passage once, and ignores those that name none", () => {
    expect(cite('Second class is the rule [2], and again [2].', retrieved)).toMatchObject([
      { index: 2, chunkId: 'c1', quote: 'Second class is the rule, e.g. on the line to Bergen.' },
    ])
    expect(
      cite('Meals: 400 NOK [1]. A sleeper above 6 hours [2].', retrieved).map(({ index, quote }) => [index, quote]),
    ).toEqual([
      [1, MEALS],
      [2, 'Book a sleeper for trips of more than 6 hours.'],
    ])
    expect(cite('Up to 400 NOK a day. [1]', retrieved)).toMatchObject([{ index: 1, quote: MEALS }])
    expect(cite('Up to 400 NOK a day. [7] [0]', retrieved)).toMatchObject([{ index: 1 }])
    expect(cite('Use `list[2]` or [2](http://x) for that.', retrieved)).toEqual([])
  })

  it('falls back to the largest overlap of words, above a floor', () => {
    expect(quotes('tips are not paid by us')).toEqual(['Tips are not paid.'])
    expect(quotes('The moon is a cold place and nobody is paid there.')).toEqual([])
    expect(quotes('I do not know.')).toEqual([])
    expect(quotes('')).toEqual([])
    expect(cite('400 NOK', [])).toEqual([])
  })

  it('never makes a passage the source of a figure it does not contain', () => {
    expect(quotes('Up to 500 NOK a day may be spent on meals in Oslo.', 'What may I spend on a meal in Oslo?')).toEqual(
      [],
    )
  })

  it('does not take the words of the question for knowledge', () => {
    const question = 'Do I need a visa for Bergen in 400 days?'
    expect(quotes('You need a visa for Bergen in 400 days.', question)).toEqual([])
  })

  const garden = (text: string, headings: string[] = ['Water for roses', 'Tomatoes']): RetrievedChunk[] => [
    { id: 'g', source: 'garden.md', headings, text, start: 0, end: Buffer.byteLength(text), score: 1 },
  ]
  const TOMATOES = 'The tomatoes get 3 litres of water every morning at 7.'
  const cited = (answer: string, text: string, question?: string): string[] =>
    cite(answer, garden(text), { question }).map(({ quote }) => quote)

  it('does not cite an answer that only repeats the question', () => {
    const question = 'When should the roses get water?'
    expect(cited(`The answer is: ${question}`, TOMATOES, question)).toEqual([])
    expect(cited(question, `${question} ${TOMATOES}`, question)).toEqual([])
    expect(cited('Roses get water, one should water roses.', TOMATOES, question)).toEqual([])
    // Half of what it says, but nothing beyond the question is in the passage.
    expect(cited('Roses and water: ask a gardener.', TOMATOES, question)).toEqual([])
  })

  it('counts only the own words of an answer for the share, too', () => {
    const asked = 'Who feeds the hungry old cat of the neighbour on Sundays?'
    const text = 'The gardener brings her fish.'
    expect(cited('The gardener brings the hungry old cat of the neighbour fish on Sundays.', text, asked)).toEqual([
      text,
    ])
  })

  it('cites what an answer repeats word for word, whatever else it claims', () => {
    const question = 'How much water do the roses get?'
    expect(cited(`The roses get 2 buckets. ${TOMATOES.slice(0, -1)}, says the text.`, TOMATOES, question)).toEqual([
      TOMATOES,
    ])
    const wordy =
      'The roses get 2 buckets from Ada, 5 from Bob, and cold coffee with sugar whenever somebody remembers them, ' +
      'while the tomatoes get 3 litres of water every morning at 7.'
    expect(cited(wordy, TOMATOES, question)).toEqual([TOMATOES])
    expect(
      cited('The 2 roses drink. Hang coats on the hook behind the door.', 'Hang coats on the hook behind the door.'),
    ).toEqual(['Hang coats on the hook behind the door.'])
  })

  it('prefers all numbers and names to words repeated, and those to the larger overlap', () => {
    const [quoted, overlap, keys] = [
      'Water them early, before the sun is high.',
      'Early sun, high water, 2 in a bucket.',
      '2 or 3.',
    ].map((text) => garden(text)[0]!)
    const best = (...chunks: RetrievedChunk[]): string[] =>
      cite('Each of the 3 gets 2 buckets. Water them early, before the sun is high.', chunks).map(({ quote }) => quote)
    expect(best(overlap!)).toEqual([overlap!.text])
    expect(best(overlap!, quoted!)).toEqual([quoted!.text])
    expect(best(overlap!, quoted!, keys!)).toEqual([keys!.text])
  })

  it('takes neither a few words in a row, nor those of the question, nor another figure for a quote', () => {
    const question = 'Do the tomatoes get water every morning at 7, all year long?'
    expect(cited('Ask Ada, Bob and Eve, who know about water every morning at 7.', TOMATOES)).toEqual([])
    expect(cited(`You ask 2 things: do the tomatoes get water every morning at 7?`, question, question)).toEqual([])
    expect(cited('It is the case that it is not, for 2 of us.', 'It is the case that it is raining.')).toEqual([])
    expect(quotes('Up to 500 kr a day may be spent on meals in Oslo.')).toEqual([])
  })
})
