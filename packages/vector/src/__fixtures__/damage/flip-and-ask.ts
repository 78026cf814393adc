// Run by damage.test.ts, as a process of its own since damage may kill one: flips one bit after the other in copies of a
// database, and says of each what the store answered.
import { closeSync, copyFileSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { RtError, type VectorStore } from '@rt/core'
import { createSqliteStore } from '../../index.ts'
import { questions, stamp } from './questions.ts'

const [whole = '', flips = ''] = process.argv.slice(2)
const copy = `${whole}.damaged`

const ask = async (path: string): Promise<Record<string, unknown>> => {
  const answers: Record<string, unknown> = {}
  const refused = (error: unknown): unknown => ({ refused: RtError.isInstance(error) ? error.code : String(error) })
  let store: VectorStore | undefined
  try {
    store = await createSqliteStore({ path })
    const collection = await store.collection('damaged', stamp)
    for (const [name, question] of Object.entries(questions))
      answers[name] = await question(collection).catch(refused)
  } catch (error) {
    for (const name of Object.keys(questions)) answers[name] ??= refused(error)
  }
  await store?.[Symbol.asyncDispose]()
  return answers
}

const flipBit = (path: string, bit: number): void => {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, Math.floor(bit / 8))
  byte[0]! ^= 1 << (bit % 8)
  writeSync(file, byte, 0, 1, Math.floor(bit / 8))
  closeSync(file)
}

const right = await ask(whole)
for (const bit of JSON.parse(flips) as number[]) {
  for (const ending of ['-wal', '-shm']) rmSync(`${copy}${ending}`, { force: true })
  copyFileSync(whole, copy)
  flipBit(copy, bit)
  process.stdout.write(`${JSON.stringify({ begins: bit })}\n`)
  const answers = await ask(copy)
  const verdicts = Object.entries(answers).map(([name, answer]) => {
    const code = (answer as { refused?: string }).refused
    return [name, code ?? (JSON.stringify(answer) === JSON.stringify(right[name]) ? 'right' : 'wrong')]
  })
  process.stdout.write(`${JSON.stringify({ bit, verdicts: Object.fromEntries(verdicts) as object })}\n`)
}
