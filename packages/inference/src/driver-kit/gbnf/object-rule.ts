import { type GrammarBuilder, literal } from '../grammar-builder.ts'
import { repeat } from '../json-rules.ts'

export interface Member {
  key: string
  /** Name of the value's rule. */
  value: string
  required: boolean
}

export interface ObjectShape {
  members: readonly Member[]
  /** Keys beside those: the inside of the key with its closing quote, and the value. */
  extras: readonly { key: string; value: string }[]
  /** Most of those, where `min` does not ask for more. Default MAX_EXTRAS. */
  mostExtras?: number
  /** Members in all. */
  min: number
  max: number
}

/** Most members beside the declared ones. */
export const MAX_EXTRAS = 32
/** Most rules where members have to be counted. */
const MAX_COUNTED = 6000

/**
 * An object with these keys in this order, the optional ones left out at will, and others after them.
 *
 * `open(i)` = what may follow once the quote of a key at or after `i` is open. One small rule an optional key, and every
 * state knows its next key by name, so the number of parses the sampler follows at once is at most the number of keys; a
 * flat row of `( … )?` lets it grow with their square and more. Where the members have to be counted, each rule knows how
 * many there are.
 *
 * @returns without a rule: no object is like this; `'too-many'`: there are too many members to count.
 */
export const objectRule = (
  builder: GrammarBuilder,
  { members, extras, mostExtras = MAX_EXTRAS, min, max }: ObjectShape,
): { rule: string | undefined } | 'too-many' => {
  const count = members.length
  const required = members.filter((member) => member.required).length
  const counted = min > required || max < count + (extras.length ? MAX_EXTRAS : 0)
  if (counted && (count + 1) * (Math.min(max, count) + 1) > MAX_COUNTED) return 'too-many'
  const left = requiredFrom(members)
  const extra = extras.length
    ? builder.rule('extra', extras.map(({ key, value }) => `${key} ":" ${value}`).join(' | '), extras.length)
    : undefined

  const known = new Map<string, string | undefined>()
  const open = (index: number, written: number): string | undefined => {
    const state = counted ? `${index},${written}` : String(index)
    if (known.has(state)) return known.get(state)
    const branches = index === count ? openExtra(written) : openMember(index, written)
    const rule = branches.length === 0 ? undefined : builder.rule('keys', branches.join(' | '), 1)
    known.set(state, rule)
    return rule
  }
  const openMember = (index: number, written: number): string[] => {
    const { key, value, required: needed } = members[index]!
    const fits = written + 1 + left[index + 1]! <= max
    const rest = fits ? after(index + 1, written + 1) : undefined
    const take = rest === undefined ? [] : [`${literal(`${JSON.stringify(key).slice(1)}:`)} ${value} ${rest}`.trimEnd()]
    const skip = needed ? undefined : open(index + 1, written)
    return skip === undefined ? take : [...take, skip]
  }
  const openExtra = (written: number): string[] => {
    if (extra === undefined || written >= max) return []
    const low = counted ? Math.max(0, min - written - 1) : 0
    const high = Math.max(low, Math.min(max - written, mostExtras) - 1)
    return low >= max - written || low >= MAX_EXTRAS
      ? []
      : [`${extra} ${repeat(`( ",\\"" ${extra} )`, { min: low, max: high })}`.trimEnd()]
  }
  const after = (index: number, written: number): string | undefined => {
    const mayEnd = left[index] === 0 && (!counted || written >= min)
    const more = open(index, written)
    if (more === undefined) return mayEnd ? '' : undefined
    return mayEnd ? `( ",\\"" ${more} )?` : `",\\"" ${more}`
  }
  // From the last key on: no call goes deep.
  for (let index = count; index > 0; index--)
    for (let written = counted ? Math.min(index, max) : 0; written >= 0; written--) open(index, written)

  const empty = left[0] === 0 && min === 0
  const more = open(0, 0)
  if (more === undefined) return { rule: empty ? builder.rule('object', '"{}"') : undefined }
  return { rule: builder.rule('object', empty ? `"{" ( "\\"" ${more} )? "}"` : `"{\\"" ${more} "}"`, 1) }
}

/** How many keys at or after each place must come. */
const requiredFrom = (members: readonly Member[]): number[] => {
  const left = Array.from({ length: members.length + 1 }, () => 0)
  for (let index = members.length - 1; index >= 0; index--)
    left[index] = left[index + 1]! + (members[index]!.required ? 1 : 0)
  return left
}
