import { expect, test } from 'vitest'
import { createPayoff, type Payoff } from './payoff.ts'

interface Machine {
  /** Milliseconds of a step with so many rows. */
  cost: (rows: number) => number
  /** How likely a guess is right. */
  right: number
  /** Tokens the last of which were found before. */
  match?: number
}

const random = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647

/** Writes an answer as the engine does, with a clock of its own. */
const write = (payoff: Payoff, tokens: number, { cost, right, match: known = 24 }: Machine, seed = 7) => {
  const answer = payoff.answer()
  const draw = random(seed)
  let ms = 0
  let written = 0
  let drafts = 0
  let match = known
  while (written < tokens) {
    const drafted = answer.worth(match, tokens - written - 1)
    let accepted = 0
    let fits = true
    while (fits && accepted <= drafted) {
      fits = match > 0 && draw() < right
      if (match > 0) answer.guessed(match, fits)
      match = fits ? Math.min(match + 1, 32) : known
      if (fits && accepted < drafted) accepted++
      else break
    }
    const took = cost(1 + drafted)
    ms += took
    written += 1 + accepted
    if (drafted) drafts++
    answer.stepped(took, { drafted, accepted })
  }
  return { ms, drafts, gain: (written * cost(1)) / ms }
}

const cheapRows = (rows: number): number => 40 + 8 * rows
const dearRows = (rows: number): number => 50 * rows

test('drafts where guesses are right and rows are cheap', () => {
  const payoff = createPayoff()
  const { gain } = write(payoff, 300, { cost: cheapRows, right: 0.97 })
  expect(gain).toBeGreaterThan(2)
  const { steps, drafted, accepted } = payoff.tally
  expect(steps).toBeGreaterThan(5)
  expect(accepted).toBeGreaterThan(drafted * 0.5)
})

test('rows that cost as much as steps are tried now and then, and lose next to nothing', () => {
  const payoff = createPayoff()
  const first = write(payoff, 500, { cost: dearRows, right: 0.95 })
  expect(first.drafts).toBeGreaterThan(0)
  expect(first.gain).toBeGreaterThan(0.97)
  const later = write(payoff, 2000, { cost: dearRows, right: 0.95 }, 11)
  expect(later.gain).toBeGreaterThan(0.97)
})

test('wrong guesses are found out without computing them', () => {
  const payoff = createPayoff()
  const { gain } = write(payoff, 500, { cost: cheapRows, right: 0.1, match: 3 })
  expect(gain).toBeGreaterThan(0.97)
  expect(write(payoff, 500, { cost: cheapRows, right: 0.1, match: 24 }, 3).gain).toBeGreaterThan(0.97)
})

test('after answers that were copies, one that only looks like one loses little', () => {
  const payoff = createPayoff()
  // About the costs of a Q4_K_M file on two cores.
  const cost = (rows: number): number => (rows <= 8 ? 46 * rows : 32 * rows)
  const seeds = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => seed * 11)
  const copies = seeds.map((seed) => write(payoff, 200, { cost, right: 0.99 }, seed).gain)
  expect(copies.reduce((sum, gain) => sum + gain, 0) / copies.length).toBeGreaterThan(1.1)
  const others = seeds.map((seed) => write(payoff, 160, { cost, right: 0.4 }, seed).gain)
  expect(Math.min(...others)).toBeGreaterThan(0.95)
})

test('nothing is drafted without a match, without room, and before plain steps are known', () => {
  const answer = createPayoff().answer()
  expect(answer.worth(30, 31)).toBe(0)
  for (let step = 0; step < 10; step++) answer.stepped(50, { drafted: 0, accepted: 0 })
  expect(answer.worth(30, 31)).toBe(3)
  expect(answer.worth(0, 31)).toBe(0)
  expect(answer.worth(30, 2)).toBe(0)
})

test('a machine that changes is noticed', () => {
  const payoff = createPayoff()
  write(payoff, 300, { cost: cheapRows, right: 0.97 })
  const worse = write(payoff, 1000, { cost: dearRows, right: 0.97 }, 5)
  expect(worse.gain).toBeGreaterThan(0.95)
  expect(write(payoff, 1000, { cost: cheapRows, right: 0.97 }, 13).gain).toBeGreaterThan(1.5)
})

test('steps in company are counted and not measured', () => {
  const payoff = createPayoff()
  const answer = payoff.answer()
  for (let step = 0; step < 10; step++) answer.stepped(undefined, { drafted: 0, accepted: 0 })
  expect(answer.worth(30, 31)).toBe(0)
  answer.stepped(undefined, { drafted: 3, accepted: 2 })
  expect(payoff.tally).toEqual({ steps: 1, drafted: 3, accepted: 2 })
})

test('plain steps are measured again in a text that is all guessed', () => {
  const payoff = createPayoff()
  const answer = payoff.answer()
  for (let step = 0; step < 10; step++) answer.stepped(50, { drafted: 0, accepted: 0 })
  let drafts = 0
  for (let drafted = answer.worth(30, 31); drafted > 0; drafted = answer.worth(30, 31)) {
    for (let right = 0; right < drafted; right++) answer.guessed(30, true)
    answer.stepped(cheapRows(1 + drafted), { drafted, accepted: drafted })
    drafts++
  }
  expect(drafts).toBeGreaterThan(3)
  expect(drafts).toBeLessThan(100)
})
