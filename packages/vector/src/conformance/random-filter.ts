import type { FilterCondition, JsonObject, JsonValue, VectorFilter } from '@rt/core'
import { formatPath } from '../filter/index.ts'
import { injections } from './injections.ts'

/** Names of keys that a translation could take for something else. */
const NAMES: readonly string[] = [
  'a',
  'b',
  'deep',
  'and',
  'dotted.key',
  'back\\slash',
  'ключ',
  '"quoted"',
  '$.a',
  '__proto__',
]

const TEXTS: readonly string[] = [
  '',
  'a',
  'A',
  'ab',
  'b',
  'é',
  'z',
  'Z',
  '%',
  '_',
  '10',
  '2',
  'true',
  'null',
  '[1]',
  '{"a":1}',
  // Here the order by code point is another one than that by UTF-16 unit.
  '\uFF5E',
  '🧥',
  'a\0b',
  'a\0c',
  '2026-01-31',
  '2026-02-30',
  '2026-01-31T09:30:00Z',
  '2026-01-31T09:30:00.5Z',
  '2026-01-31T10:30:00+01:00',
  '2026-01-31t09:30:00z',
  '2026-01-31 09:30',
  '2026-01-31T09:30:00.123456789-11:30',
  '1969-12-31T23:59:59.999Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T09:60:00Z',
  '2026-01-31T23:59:60Z',
  '2026-01-31T09',
  '2026-01-31T09:30:00+25:00',
  '2026-01-31T09:30:00+0100',
  '2026-01-31Z',
  '0000-01-01',
  '9999-12-31T23:59:59.999Z',
  '20260131',
  '2026-01-31\0',
  '2026-01-31T09:30:00\0Z',
  '2026-01-31T09:30:00+24:00',
  '2026-01-31T09:30:00+23:60',
  '2026-01-31T09:30-00:30',
  '2026-01-31-05:00',
  '2026-01-31T09:30:00.',
  '2026-01-31T09:30:00.1234567890Z',
  '2026-01-31T09:30:00.12x',
  '2026-01-31T09:30:00.-5',
  '2026-01-31x09:30',
  '2026-13-01',
  '2461042.5',
  'ab'.repeat(150),
  'ab'.repeat(160),
  'now',
  ...injections.map(({ value }) => value).filter((value) => value.length < 200),
]

const NUMBERS: readonly number[] = [
  0,
  1,
  -1,
  2,
  10,
  0.1,
  0.30000000000000004,
  1e21,
  -1e-7,
  2 ** 31,
  2 ** 53,
  2 ** 63,
  1e300,
]

const TIMES: readonly (string | Date)[] = [
  '2026-01-31',
  '2026-01-31T09:30:00Z',
  '2026-01-31T10:30:00.5+01:00',
  '2026-01-31T09:30',
  '1970-01-01',
  new Date(Date.UTC(2026, 0, 31, 9, 30)),
  new Date(-1),
]

/** Metadata and filters made at random, the same ones for the same numbers in [0, 1). */
export interface RandomFilters {
  metadata(): JsonObject
  filter(): VectorFilter
  /** All paths its filters ask for. */
  paths(): string[][]
}

export const createRandomFilters = (random: () => number): RandomFilters => {
  const below = (count: number): number => Math.floor(random() * count)
  const pick = <T>(from: readonly T[]): T => from[below(from.length)]!
  const some = <T>(make: () => T, most: number): T[] => Array.from({ length: below(most + 1) }, make)

  const scalar = (): string | number | boolean | null =>
    pick([
      () => pick(TEXTS),
      () => pick(TEXTS),
      () => pick(NUMBERS),
      () => below(3),
      () => random() < 0.5,
      () => null,
    ])()
  const value = (depth: number): JsonValue =>
    pick<() => JsonValue>([
      scalar,
      scalar,
      scalar,
      () => some(scalar, 3),
      () => (depth ? some(() => value(depth - 1), 2) : scalar()),
      () => (depth ? object(depth - 1) : scalar()),
    ])()
  const object = (depth: number): JsonObject => Object.fromEntries(some(() => [pick(NAMES), value(depth)] as const, 4))

  const path = (): string => formatPath(Array.from({ length: random() < 0.7 ? 1 : 2 }, () => pick(NAMES)))
  const bound = (): Record<string, number | string> => {
    const from: readonly (number | string)[] = random() < 0.5 ? NUMBERS : TEXTS
    return Object.fromEntries(
      pick([['gt'], ['gte'], ['lt'], ['lte'], ['gt', 'lte'], ['gte', 'lt']]).map((name) => [name, pick(from)]),
    )
  }
  const range = (): Record<string, string | Date> =>
    Object.fromEntries(pick([['gt'], ['gte'], ['lt'], ['lte'], ['gte', 'lt']]).map((name) => [name, pick(TIMES)]))
  const condition = (): FilterCondition | JsonValue =>
    pick<() => FilterCondition | JsonValue>([
      scalar,
      () => ({ eq: value(1) }),
      () => ({ ne: value(1) }),
      () => ({ in: some(() => value(1), 4) }),
      () => ({ nin: some(scalar, 4) }),
      bound,
      bound,
      () => ({ exists: random() < 0.5 }),
      () => ({ null: random() < 0.5 }),
      () => ({ contains: scalar() }),
      () => ({ contains: pick(TEXTS) }),
      () => ({ prefix: pick(TEXTS) }),
      () => ({ datetime: range() }),
      () => ({ ...bound(), ne: scalar() }),
    ])()
  const field = (): VectorFilter => ({ [path()]: condition() })
  const filter = (depth: number): VectorFilter =>
    pick<() => VectorFilter>([
      field,
      field,
      () => ({ ...field(), ...field() }),
      () => (depth ? { and: some(() => filter(depth - 1), 3) } : field()),
      () => (depth ? { or: some(() => filter(depth - 1), 3) } : field()),
      () => (depth ? { not: filter(depth - 1) } : field()),
    ])()

  return {
    metadata: () => object(2),
    filter: () => filter(2),
    paths: () => NAMES.flatMap((name) => [[name], ...NAMES.map((inner) => [name, inner])]),
  }
}
