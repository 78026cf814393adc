import { RtError } from '@rt/core'
import type { FieldPath } from './filter-node.ts'

/** `author.name` looks into an object; `\.` is a dot in a name, `\\` a backslash; a leading `\` marks `\and`, `\or`, `\not`. */
export const parsePath = (text: string): FieldPath => {
  const written = /^\\(and|or|not)$/.test(text) ? text.slice(1) : text
  const names: string[] = []
  let name = ''
  for (let i = 0; i < written.length; i++) {
    const next = written[i + 1]
    if (written[i] === '\\' && (next === '.' || next === '\\')) name += written[++i]!
    else if (written[i] === '.') {
      names.push(name)
      name = ''
    } else name += written[i]!
  }
  names.push(name)
  if (names.length > 1 && names.includes(''))
    throw new RtError({
      code: 'invalid_request',
      message: `filter ${JSON.stringify(text)}: a path has a name on both sides of each dot.`,
      hint: 'Write \\. for a dot that is part of a name.',
    })
  return names
}

/** The text `parsePath` reads back. */
export const formatPath = (path: FieldPath): string => {
  const text = path.map((name) => name.replaceAll(/[\\.]/g, String.raw`\$&`)).join('.')
  return /^(and|or|not)$/.test(text) ? `\\${text}` : text
}
