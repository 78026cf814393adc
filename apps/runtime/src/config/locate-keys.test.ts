import { parse, TomlError } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { locateKeys, type Path } from './locate-keys.ts'

const DOCUMENT = `# a comment with [a.table] and key = "value"
rt = 1
"quoted key" = 'it is'   # = [x]
dotted.inside . "deep\\u0065st" = 1

[server]
port = 4141
hosts = [ # a list
  "one", "with ] and , and #",
  'three',
]
[ server . "more" ]
text = """
[not.a.table]
key = 1 """"
literal = '''
rt = 2
'''
[router]
budget = { day_usd = 5.0, "per key".usd = 1, list = [{ a = 1 }, { a = 2 }] }
when = 1979-05-27 07:32:00
[[mcp.list]]
name = "first"
[mcp.list.env]
HOME = "x"
[[mcp.list]]
name = "second" # two
empty = ""
after = '#'
[last]
x = { }
y = []
z = 0x10
`

/** Every path of a parsed document, tables and elements included. */
const pathsOf = (value: unknown, path: Path = []): Path[] => {
  const inside =
    typeof value === 'object' && value !== null && !(value instanceof Date)
      ? Object.entries(value).flatMap(([key, item]) =>
          pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]),
        )
      : []
  return path.length ? [path, ...inside] : inside
}

/** Half a quoted key is one that the parser refuses. */
const ended = (text: string): void => {
  try {
    locateKeys(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
  }
}

const sorted = (paths: Path[]): string[] => paths.map((path) => JSON.stringify(path)).toSorted()

describe('locateKeys', () => {
  it('finds the paths that the parser finds, no more and no fewer', () => {
    expect(sorted(locateKeys(DOCUMENT).paths)).toEqual(sorted(pathsOf(parse(DOCUMENT))))
  })

  it.each<[Path, number]>([
    [['rt'], 2],
    [['quoted key'], 3],
    [['dotted', 'inside', 'deepest'], 4],
    [['server'], 6],
    [['server', 'hosts'], 8],
    [['server', 'hosts', 1], 9],
    [['server', 'hosts', 2], 10],
    [['server', 'more'], 12],
    [['server', 'more', 'literal'], 16],
    [['router', 'budget', 'per key', 'usd'], 20],
    [['router', 'budget', 'list', 1, 'a'], 20],
    [['mcp', 'list', 0, 'name'], 23],
    [['mcp', 'list', 0, 'env', 'HOME'], 25],
    [['mcp', 'list', 1], 26],
    [['mcp', 'list', 1, 'name'], 27],
    [['last', 'z'], 33],
    [['server', 'nothing', 'of it'], 6],
    [['nothing'], 1],
  ])('%j stands in line %i', (path, line) => {
    expect(locateKeys(DOCUMENT).lineOf(path)).toBe(line)
  })

  it('reads Windows line ends, a byte order mark, and inline tables over several lines', () => {
    const text = '\uFEFFrt = 1\r\n\r\n[a]\r\nb = {\r\n  c = 1, # one\r\n  d = 2,\r\n}\r\ne = 3\r\n'
    const { lineOf, paths } = locateKeys(text)
    expect(sorted(paths)).toEqual(sorted(pathsOf(parse(text))))
    expect([lineOf(['a', 'b', 'd']), lineOf(['a', 'e'])]).toEqual([6, 8])
  })

  it('agrees with the parser on documents put together at random', () => {
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return Math.floor((seed / 2_147_483_648) * below)
    }
    const pick = <T>(items: T[]): T => items[random(items.length)]!
    const value = (depth: number): string =>
      pick([
        () =>
          pick([
            '1',
            '-2.5e3',
            'true',
            'inf',
            '"a \\" # ]"',
            "'b = ['",
            '""" c\n[d] """',
            "'''e\n'f' '''",
            '1979-05-27',
          ]),
        () => (depth > 2 ? '[]' : `[ ${value(depth + 1)},\n # , ]\n ${value(depth + 1)} ]`),
        () => (depth > 2 ? '{}' : `{ k = ${value(depth + 1)}, 'l.m'.n = ${value(depth + 1)} }`),
      ])()
    for (let round = 0; round < 300; round++) {
      let number = 0
      const pairs = (): string =>
        Array.from({ length: random(4) }, () => `${pick(['k', '"q ', "'r."])}${number++}`)
          .map((key) => (key.startsWith('"') ? `${key}"` : key.startsWith("'") ? `${key}'` : key))
          .map((key) => `${pick(['', 'p.'])}${key} ${pick(['=', ' =  '])}${value(0)}${pick(['', ' # c'])}\n`)
          .join(pick(['', '\n', '# [x]\n']))
      let text = pairs()
      for (let tables = random(4); tables > 0; tables--)
        text += pick([`[t${number++}]\n`, `[t${number++} . "u v"]\n`, '[[list]]\n', '[["o p".list]] # x\n']) + pairs()
      expect(sorted(locateKeys(text).paths), text).toEqual(sorted(pathsOf(parse(text))))
    }
  })
})

/** Not documents, but what a parser refused: no answer is expected, only an end. */
describe('text that is no document', () => {
  it('comes to an end wherever a document is cut', () => {
    const lines = DOCUMENT.split('\n')
    const cuts = [
      ...lines.flatMap((_, line) => [lines.slice(0, line).join('\n'), lines.slice(line).join('\n')]),
      ...Array.from(DOCUMENT, (_, at) => DOCUMENT.slice(0, at)),
      ...Array.from(DOCUMENT, (_, at) => DOCUMENT.slice(at)),
    ]
    for (const cut of cuts) expect(() => ended(cut), cut).not.toThrow()
  })

  it.each(['a = [ """\n foo }', 'a = [}', 'a = [[}', 'a = { b = [ } }', '}', 'a = [ = ]', '[', '[[', '"\\x" = 1'])(
    'comes to an end: %j',
    (text) => {
      for (let at = 0; at <= text.length; at++) expect(() => ended(text.slice(0, at))).not.toThrow()
    },
  )
})

it('does not go deeper than anybody nests', () => {
  const text = `${'a.'.repeat(20_000)}b = 1\nc = 1\n`
  expect(parse(text)['c']).toBe(1)
  const { paths, lineOf } = locateKeys(text)
  expect(lineOf(['c'])).toBe(2)
  expect(lineOf(Array.from({ length: 20_000 }, () => 'a'))).toBe(1)
  expect(paths.length).toBeLessThan(200)
})
