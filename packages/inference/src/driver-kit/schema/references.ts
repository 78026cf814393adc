import { RtError } from '@rt/core'

/** A schema object, not `true` or `false`. */
export type SchemaObject = Record<string, unknown>

export interface References {
  /** The schema a `$ref` (or `$dynamicRef`, `$recursiveRef`) of `from` names, and its path. */
  resolve(reference: string, from: SchemaObject): { schema: unknown; path: string }
  /** In draft-07 and before, what stands beside a `$ref` says nothing. */
  readonly onlyReference: boolean
}

const MAX_OBJECTS = 100_000
/** Texts and names together: a grammar has room for half as many. */
const MAX_CHARACTERS = 2_000_000

/**
 * Finds what references name, inside the schema only: nothing is ever fetched.
 *
 * @throws RtError `schema_unsupported`: a schema of more than 100,000 parts, or 2 million characters; from `resolve`: a reference that leaves the
 * schema or leads nowhere.
 */
export const createReferences = (root: unknown): References => {
  const resources = new Map<unknown, SchemaObject>()
  const byId = new Map<string, SchemaObject>()
  const anchors = new Map<SchemaObject, Map<string, SchemaObject>>()
  if (isRecord(root)) index(root, { resources, byId, anchors })
  const draft = isRecord(root) && typeof root['$schema'] === 'string' ? root['$schema'] : ''
  return {
    onlyReference: /draft-0[3-7]/.test(draft),
    resolve(reference, from) {
      const [id, fragment] = splitOnce(reference)
      const own = resources.get(from) ?? (root as SchemaObject)
      const resource = id === '' ? own : (byId.get(absolute(id, idOf(own))) ?? byId.get(id))
      if (!resource) throw remote(reference)
      const name = decode(fragment)
      if (name !== '' && !name.startsWith('/')) {
        const target = anchors.get(resource)?.get(name)
        if (target) return { schema: target, path: `#${name}` }
        throw nowhere(reference)
      }
      let target: unknown = resource
      for (const key of name.split('/').slice(1).map(unescape)) {
        const inside = typeof target === 'object' && target !== null && Object.hasOwn(target, key)
        if (!inside) throw nowhere(reference)
        target = (target as SchemaObject)[key]
      }
      return { schema: target, path: `#${name}` }
    },
  }
}

interface Tables {
  resources: Map<unknown, SchemaObject>
  byId: Map<string, SchemaObject>
  anchors: Map<SchemaObject, Map<string, SchemaObject>>
}

/** To which resource (a schema with an `$id` of its own) each part belongs. */
const index = (root: SchemaObject, { resources, byId, anchors }: Tables): void => {
  const open: { value: object; resource: SchemaObject }[] = [{ value: root, resource: root }]
  let characters = 0
  for (let next = open.pop(); next; next = open.pop()) {
    const { value } = next
    if (resources.has(value)) continue
    if (resources.size > MAX_OBJECTS) throw tooLarge()
    const id = isRecord(value) ? idOf(value) : undefined
    const isResource = value === root || (id !== undefined && !id.startsWith('#'))
    const resource = isResource ? (value as SchemaObject) : next.resource
    resources.set(value, resource)
    if (isRecord(value)) {
      if (isResource && id !== undefined)
        byId.set(absolute(id, value === root ? undefined : idOf(next.resource)), resource)
      const names = [value['$anchor'], value['$dynamicAnchor'], id?.startsWith('#') ? id.slice(1) : undefined]
      for (const name of names) {
        if (typeof name !== 'string') continue
        const known = anchors.get(resource) ?? new Map<string, SchemaObject>()
        anchors.set(resource, known.has(name) ? known : known.set(name, value))
      }
    }
    const isList = Array.isArray(value)
    for (const [key, inner] of Object.entries(value)) {
      characters += (isList ? 1 : key.length) + (typeof inner === 'string' ? inner.length : 0)
      if (characters > MAX_CHARACTERS) throw tooLarge()
      if (typeof inner === 'object' && inner !== null) open.push({ value: inner as object, resource })
    }
  }
}

const idOf = (schema: SchemaObject): string | undefined => {
  const id = schema['$id'] ?? schema['id']
  return typeof id === 'string' ? id.replace(/#$/, '') : undefined
}

const absolute = (id: string, base: string | undefined): string => {
  try {
    return new URL(id, base).href.replace(/#$/, '')
  } catch {
    return id
  }
}

const splitOnce = (reference: string): [string, string] => {
  const at = reference.indexOf('#')
  return at < 0 ? [reference, ''] : [reference.slice(0, at), reference.slice(at + 1)]
}

const decode = (fragment: string): string => {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

const unescape = (key: string): string => key.replaceAll('~1', '/').replaceAll('~0', '~')

const isRecord = (value: unknown): value is SchemaObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const remote = (reference: string): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the schema refers to ${JSON.stringify(reference)}, and remote schemas are never fetched.`,
    hint: 'Copy it into $defs and refer to it as #/$defs/<name>.',
    data: { keyword: '$ref', reference },
  })

const nowhere = (reference: string): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the schema refers to ${JSON.stringify(reference)}, and there is no such place in it.`,
    hint: 'A reference is a path from the root, such as #/$defs/<name>.',
    data: { keyword: '$ref', reference },
  })

const tooLarge = (): RtError =>
  new RtError({
    code: 'schema_unsupported',
    message: `the JSON Schema is too large: it has more than ${MAX_OBJECTS} parts or ${MAX_CHARACTERS} characters.`,
    hint: 'Split it over several tools.',
  })
