import { type CollectionInfo, RtError, type VectorRecord } from '@rt/core'
import type { RuntimeClient } from '../../runtime.ts'
import { findInfo } from '../../vectors/find-collection.ts'
import type { CommandContext } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { toJson } from '../output/to-json.ts'
import { plural } from '../output/units.ts'
import { withData } from '../with-data.ts'
import { createCounter } from './counter.ts'
import { find } from './find.ts'
import { readRecordFile, type RecordFileHead, writeRecordFile } from './record-file.ts'
import { writeOut } from './write-out.ts'

/** Writes a collection to standard output. */
export const exportRecords = async (context: CommandContext, name: string): Promise<void> => {
  const found = await find(context, name)
  await withData(
    context,
    async ({ collections }) => {
      const info = await collections.describe(found.name)
      await writeOut(writeRecordFile(info, collections.records(info.name, { signal: context.signal })))
    },
    {},
  )
}

/** Reads records from a file into a collection, which is made as the file says where there is none. */
export const importRecords = async (context: CommandContext, name: string, file: string): Promise<void> => {
  const { flags, signal } = context
  const { head, records } = await readRecordFile(file, signal)
  const counter = createCounter()
  let read = 0
  async function* counted(): AsyncGenerator<VectorRecord> {
    for await (const record of records) {
      read++
      counter.show(() => `${plural(read, 'record')} read`)
      yield record
    }
  }
  const made = await withRuntime(context, {}, async (runtime) => {
    const isNew = await prepare(runtime, { name, head, signal })
    try {
      await runtime.collections.upsert(name, counted(), { signal })
    } finally {
      counter.end()
      if (signal.aborted) process.stderr.write(soFar(read))
    }
    return isNew
  })
  if (flags['json']) return void process.stdout.write(`${toJson({ name, records: read, made })}\n`)
  process.stdout.write(` ${plural(read, 'record')} into ${printableLine(name)}${made ? ', which was made' : ''}\n`)
}

// ---

/** Batches are stored while the next are read: how many were, only the store knows. */
const soFar = (read: number): string =>
  ` ${plural(read, 'record')} read; those that are stored stay. To go on, import it again: records are replaced by id, none is kept twice\n`

interface Wanted {
  name: string
  head: RecordFileHead | undefined
  signal: AbortSignal
}

/** Whether the collection had to be made. */
const prepare = async ({ collections }: RuntimeClient, { name, head, signal }: Wanted): Promise<boolean> => {
  const info = findInfo(await collections.list(), name)
  if (info) {
    checkSame(info, head)
    return false
  }
  if (!head)
    throw new RtError({
      code: 'not_found',
      message: `there is no collection "${name}", and the file does not say what its vectors are.`,
      hint: `Make it first: rt collections create ${printableLine(name)} --dimensions N. A file of rt collections export says it in its first line.`,
    })
  const { stamp, options } = head
  await collections.create(name, { ...(stamp && { stamp }), ...(options && { options }), signal })
  return true
}

/** Vectors of another model are numbers that mean nothing there. */
const checkSame = ({ name, stamp }: CollectionInfo, head: RecordFileHead | undefined): void => {
  const given = head?.stamp
  if (!stamp || !given) return
  for (const field of ['dimensions', 'metric', 'fingerprint'] as const)
    if (stamp[field] !== given[field])
      throw new RtError({
        code: 'stamp_mismatch',
        message: `collection "${name}" has ${field} ${stamp[field]}, the file has ${given[field]}.`,
        hint: 'Import it under another name.',
        data: { collection: name },
      })
}
