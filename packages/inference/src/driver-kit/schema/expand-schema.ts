import { checkWords, pointer, refuseSchema } from './check-words.ts'
import { negateSchema } from './negate-schema.ts'
import type { References, SchemaObject } from './references.ts'

/** A schema that holds for a value, and where it stands. */
export interface Part {
  schema: unknown
  path: string
  via?: Link
}

/** How a part was reached without reading anything of the value. */
interface Link {
  schema: unknown
  /** Reached as one of several alternatives. */
  choice: boolean
  up: Link | undefined
}

/** A part whose combining keywords are resolved: only what its other keywords say is left to be said. */
export interface Facet {
  schema: SchemaObject
  path: string
}

export interface Compiling {
  readonly references: References
  /** Something that the grammar lets through and the schema may not. */
  note(path: string, keyword: string, reason: string): void
  /** One more step of work. @throws RtError `schema_unsupported` when there were too many. */
  step(): void
  /** The same object for the same schema and keyword, so that what repeats itself is recognised. */
  derive(schema: SchemaObject, keyword: string, make: () => unknown): unknown
  /** Whether two alternatives of `oneOf` can never hold together. */
  disjoint(a: readonly Facet[], b: readonly Facet[]): boolean
}

interface Choice {
  keyword: string
  path: string
  branches: Part[]
}

const MAX_ALTERNATIVES = 512
const MAX_CHAIN = 200

/**
 * The alternatives that parts which all hold come down to, each a list of facets that all hold: `allOf` and references are
 * joined, `anyOf`, `oneOf`, `if` and dependencies multiplied out.
 */
export const expandSchema = (parts: readonly Part[], compiling: Compiling): Facet[][] => {
  const facets: Facet[] = []
  let choices: Choice[] = []
  if (!absorb(parts, { facets, choices }, compiling)) return []
  for (;;) {
    const found = multiply({ facets, choices }, compiling, { left: MAX_ALTERNATIVES })
    if (found) return found
    const dropped = choices.at(-1)!
    compiling.note(dropped.path, dropped.keyword, `more than ${MAX_ALTERNATIVES} combinations`)
    choices = choices.slice(0, -1)
  }
}

interface State {
  facets: Facet[]
  choices: Choice[]
}

/** undefined = there are too many. */
const multiply = ({ facets, choices }: State, compiling: Compiling, room: { left: number }): Facet[][] | undefined => {
  const [choice, ...rest] = choices
  if (!choice) return room.left-- > 0 ? [facets] : undefined
  const groups: Facet[][][] = []
  for (const branch of choice.branches) {
    const state: State = { facets: [...facets], choices: [...rest] }
    if (!absorb([branch], state, compiling)) continue
    const group = multiply(state, compiling, room)
    if (!group) return undefined
    groups.push(group)
  }
  if (choice.keyword === 'oneOf') checkExclusive(groups, choice, compiling)
  return groups.flat()
}

const checkExclusive = (groups: Facet[][][], { path, keyword }: Choice, compiling: Compiling): void => {
  const apart = (a: Facet[][], b: Facet[][]): boolean =>
    a.every((one) =>
      b.every((other) => {
        compiling.step()
        return compiling.disjoint(one, other)
      }),
    )
  const fine = groups.every((group, i) => groups.slice(i + 1).every((other) => apart(group, other)))
  if (!fine) compiling.note(path, keyword, 'more than one alternative may hold')
}

/** false = nothing can satisfy the parts. */
const absorb = (parts: readonly Part[], { facets, choices }: State, compiling: Compiling): boolean => {
  const open = [...parts]
  for (let part = open.shift(); part; part = open.shift()) {
    compiling.step()
    const { schema, path } = part
    if (schema === true) continue
    if (schema === false) return false
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
      throw refuseSchema('schema', path, 'A schema must be an object or true or false.')
    const circle = circleOf(part)
    // A circle adds nothing to what holds; as an alternative it is none.
    if (circle === 'alternative') return false
    if (circle || facets.some((facet) => facet.schema === schema)) continue
    const words = schema as SchemaObject
    for (const keyword of checkWords(words, path)) compiling.note(path, keyword, 'the keyword is not known')
    const { joined, chosen } = partsOf(words, part, compiling)
    if (!(typeof words['$ref'] === 'string' && compiling.references.onlyReference)) {
      facets.push({ schema: words, path })
      choices.push(...chosen)
    }
    open.push(...joined)
  }
  return true
}

const circleOf = ({ schema, path, via }: Part): 'alternative' | 'joined' | undefined => {
  let choice = false
  let length = 0
  for (let link = via; link; link = link.up) {
    if (++length > MAX_CHAIN)
      throw refuseSchema('nesting', path, 'References and allOf are followed 200 times at most.')
    choice ||= link.choice
    if (link.schema === schema) return choice ? 'alternative' : 'joined'
  }
  return undefined
}

const partsOf = (words: SchemaObject, part: Part, compiling: Compiling): { joined: Part[]; chosen: Choice[] } => {
  const { path } = part
  const link = (choice: boolean): Link => ({ schema: words, choice, up: part.via })
  const joined: Part[] = []
  const chosen: Choice[] = []
  const join = (schema: unknown, where: string): unknown => joined.push({ schema, path: where, via: link(false) })
  const choose = (keyword: string, branches: readonly unknown[]): void => {
    if (branches.length > MAX_ALTERNATIVES)
      throw refuseSchema(keyword, path, `Use at most ${MAX_ALTERNATIVES} alternatives, or an enum.`)
    chosen.push({
      keyword,
      path,
      branches: branches.map((schema, i) => ({ schema, path: `${path}/${keyword}/${i}`, via: link(true) })),
    })
  }
  for (const keyword of ['$ref', '$dynamicRef', '$recursiveRef']) {
    const reference = words[keyword]
    if (typeof reference !== 'string') continue
    const target = compiling.references.resolve(reference, words)
    join(target.schema, target.path)
  }
  listOf(words['allOf']).forEach((schema, i) => join(schema, `${path}/allOf/${i}`))
  for (const keyword of ['anyOf', 'oneOf']) {
    const branches = listOf(words[keyword])
    if (branches.length) choose(keyword, mergeConstants(branches, keyword, words, compiling))
  }
  if (words['not'] !== undefined && !isKnownNegation(words['not'])) {
    const negated = compiling.derive(words, 'not', () => negateSchema(words['not']))
    if (negated === undefined) compiling.note(path, 'not', 'it cannot be turned into what is allowed')
    else join(negated, `${path}/not`)
  }
  if (words['if'] !== undefined && (words['then'] !== undefined || words['else'] !== undefined))
    choose('if', conditionOf(words, path, compiling))
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'])
    for (const [key, needs] of Object.entries((words[keyword] as object | undefined) ?? {}))
      choose(
        keyword,
        compiling.derive(words, `${keyword} ${pointer(key)}`, () => [
          { type: 'object', properties: { [key]: false } },
          { allOf: [{ required: [key] }, Array.isArray(needs) ? { required: needs } : needs] },
        ]) as unknown[],
      )
  return { joined, chosen }
}

/** Both ways a condition can go; `else` alone where its opposite cannot be said. */
const conditionOf = (words: SchemaObject, path: string, compiling: Compiling): unknown[] => {
  const { if: condition, then = true, else: otherwise = true } = words
  const negated = compiling.derive(words, 'if', () => negateSchema(condition))
  if (negated === undefined) compiling.note(path, 'if', 'the opposite of the condition cannot be told')
  return compiling.derive(words, 'if then else', () => [
    { allOf: [condition, then] },
    negated === undefined ? otherwise : { allOf: [negated, otherwise] },
  ]) as unknown[]
}

/** Alternatives that are only constants are one list of them, however many there are. */
const mergeConstants = (branches: unknown[], keyword: string, words: SchemaObject, compiling: Compiling): unknown[] => {
  const values = branches.map(constantsOf)
  const constants = values.filter((one) => one !== undefined).flat()
  const different = new Set(constants.map((value) => JSON.stringify(value))).size === constants.length
  if (constants.length < 2 || (keyword === 'oneOf' && !different)) return branches
  const merged = compiling.derive(words, `${keyword} constants`, () => ({ enum: constants }))
  return [merged, ...branches.filter((_, i) => values[i] === undefined)]
}

const constantsOf = (schema: unknown): unknown[] | undefined => {
  if (typeof schema !== 'object' || schema === null) return undefined
  const words = schema as SchemaObject
  const others = Object.keys(words).filter((keyword) => !['const', 'enum', 'title', 'description'].includes(keyword))
  if (others.length || ('const' in words && 'enum' in words)) return undefined
  return 'const' in words ? [words['const']] : Array.isArray(words['enum']) ? words['enum'] : undefined
}

/** Of these the opposite is not written down, for the compiler can leave values and patterns out. */
export const isKnownNegation = (schema: unknown): boolean => {
  if (typeof schema !== 'object' || schema === null) return false
  const keywords = Object.keys(schema)
  return keywords.length === 1 && ['const', 'enum', 'pattern'].includes(keywords[0]!)
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
