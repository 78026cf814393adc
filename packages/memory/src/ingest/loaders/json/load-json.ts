import { extname } from 'node:path'
import type { JsonValue } from '@rt/core'
import { decodeMarked } from '../decode-text.ts'
import { describeBytes } from '../describe-bytes.ts'
import { fault, type Loader } from '../loaded-document.ts'
import { createRecords, type Records } from '../records.ts'
import { checkDepth } from './check-depth.ts'
import { hasObjects, toLines, type Found } from './to-lines.ts'

/** Paths and values as lines; each object of a list is a record of its own, as is each line of JSON Lines. */
export const loadJson: Loader = async ({ bytes, name, limits }) => {
  if (bytes.length === 0) throw fault('not JSON: it is empty')
  if (describeBytes(bytes) === 'HTML') throw fault('not JSON: it is HTML')
  const text = decodeMarked(bytes, 'JSON')
  checkDepth(text)
  const records = createRecords(limits.textBytes)
  if (extname(name).toLowerCase() === '.json') {
    addDocument(records, parse(text))
    return records.end([])
  }
  const lines = text.split('\n').map((line, index) => ({ line, number: index + 1 }))
  const filled = lines.filter(({ line }) => line.trim() !== '')
  const broken = filled.filter(({ line }) => {
    try {
      records.add([], toLines(JSON.parse(line) as JsonValue, { lists: true }).lines)
      return false
    } catch (error) {
      if (error instanceof SyntaxError) return true
      throw error
    }
  })
  if (filled.length > 0 && broken.length === filled.length) throw fault('not JSON Lines: no line of it is JSON')
  return records.end(
    broken.length
      ? [`${broken.length} of ${filled.length} lines are not JSON, the first is line ${broken[0]!.number}`]
      : [],
  )
}

const addDocument = (records: Records, value: JsonValue): void => {
  if (Array.isArray(value) && hasObjects(value)) return addList(records, { path: '', list: value })
  const { lines, lists } = toLines(value, { lists: false })
  records.add([], lines)
  for (const list of lists) addList(records, list)
}

/** Without its index: one more element at the top must not make all the others new. */
const addList = (records: Records, { path, list }: Found): void => {
  for (const element of list) records.add(path ? [path] : [], toLines(element, { lists: true }).lines)
}

const parse = (text: string): JsonValue => {
  try {
    return JSON.parse(text) as JsonValue
  } catch (error) {
    const place = /line (\d+) column (\d+)/.exec((error as Error).message)
    const position = /position (\d+)/.exec((error as Error).message)
    const where = place ? ` (line ${place[1]}, column ${place[2]})` : position ? ` (character ${position[1]})` : ''
    throw fault(`not valid JSON${where}`)
  }
}
