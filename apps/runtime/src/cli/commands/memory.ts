import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type CollectionInfo, type DocumentInfo, nearestNames, RtError, type ThreadInfo } from '@rt/core'
import { KNOWLEDGE } from '../../runtime.ts'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, count, localTime, plural } from '../output/units.ts'
import { withData } from '../with-data.ts'

export const command: CommandDefinition = {
  name: 'memory',
  summary: 'See what is remembered, and forget documents',
  subcommands: {
    list: { summary: 'Every document of the knowledge (default)' },
    forget: { summary: 'Delete a document from the knowledge; its file stays', positionals: 'SOURCE', min: 1, max: 1 },
    stats: { summary: 'How much there is of everything' },
  },
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...JSON_FLAG,
    collection: {
      type: 'string',
      value: 'NAME',
      description: 'Collection to forget from (default: that of rt ingest)',
    },
  },
  examples: [
    'rt memory',
    'rt memory list --json',
    'rt memory forget handbook/travel.md',
    'rt memory forget catalog.csv --collection products',
    'rt memory stats',
  ],
  async run(context) {
    const [what = 'list', source = ''] = context.args
    if (what === 'forget') return forget(context, source)
    return what === 'stats' ? stats(context) : list(context)
  },
}

const list = async (context: CommandContext): Promise<void> => {
  const found = await withData(context, async ({ documents, threads }) => ({
    documents: await documents.list(),
    threads: await threads.list(),
  }))
  const { documents = [], threads = [] } = found ?? {}
  if (context.flags['json']) return void process.stdout.write(`${toJson(documents)}\n`)
  if (documents.length) process.stdout.write(`${formatDocuments(documents)}\n`)
  else process.stdout.write(` no document is remembered yet (${called} ingest FOLDER adds them)\n`)
  if (threads.length) process.stdout.write(` ${formatThreadTotals(threads)} (${called} threads)\n`)
}

const forget = async (context: CommandContext, source: string): Promise<void> => {
  const documents = (await withData(context, (runtime) => runtime.documents.list())) ?? []
  const collection = text(context.flags['collection']) ?? KNOWLEDGE
  const meant = documents.find((document) => document.source === source && document.collection === collection)
  if (!meant) throw noDocument(source, collection, documents)
  const { signal } = context
  const forgotten = await withRuntime(context, {}, (runtime) =>
    runtime.documents.forget(source, { collection, signal }),
  )
  const { chunks } = meant
  if (context.flags['json']) process.stdout.write(`${toJson({ source, collection, forgotten, chunks })}\n`)
  else if (forgotten)
    process.stdout.write(` forgot ${printableLine(source)}: ${plural(chunks, 'chunk')} deleted; the file stays\n`)
  else process.stdout.write(` ${printableLine(source)} was forgotten meanwhile\n`)
}

const stats = async (context: CommandContext): Promise<void> => {
  const found = await withData(
    context,
    async ({ documents, collections, threads, data }) => ({
      data,
      documents: await documents.list(),
      collections: await collections.list(),
      threads: await threads.list(),
      bytes: await sizeOf(data),
    }),
    {},
  )
  if (!found) {
    process.stdout.write(
      context.flags['json'] ? 'null\n' : ` nothing is remembered yet (${called} ingest FOLDER, ${called} chat)\n`,
    )
    return
  }
  const totals = {
    documents: found.documents.length,
    collections: found.collections.length,
    chunks: sum(found.collections.map((collection: CollectionInfo) => collection.count)),
    threads: found.threads.length,
    messages: sum(found.threads.map((thread) => thread.messages)),
    bytes: found.bytes,
  }
  if (context.flags['json']) return void process.stdout.write(`${toJson(totals)}\n`)
  process.stdout.write(
    [
      ` documents  ${plural(totals.documents, 'document')} · ${plural(totals.chunks, 'chunk')} in ${plural(totals.collections, 'collection')}`,
      ` threads    ${formatThreadTotals(found.threads)}`,
      ` data       ${bytes(totals.bytes)} in ${printableLine(found.data)}`,
      '',
    ].join('\n'),
  )
}

// ---

const formatDocuments = (documents: DocumentInfo[]): string => {
  const labelled = documents.some(({ label }) => label)
  const several = new Set(documents.map(({ collection }) => collection)).size > 1
  const table = formatTable(
    [
      { title: 'document', most: 70 },
      { title: 'chunks', align: 'right' },
      { title: 'found by' },
      ...(labelled ? [{ title: 'label' }] : []),
      { title: 'ingested' },
      ...(several ? [{ title: 'collection', most: 30 }] : []),
    ],
    documents.map(({ source, chunks, mode, label, updatedAt, collection }) => [
      source,
      count(chunks),
      mode === 'hybrid' ? 'meaning and words' : 'words only',
      ...(labelled ? [label ?? ''] : []),
      localTime(updatedAt),
      ...(several ? [collection] : []),
    ]),
  )
  const chunks = plural(sum(documents.map((document) => document.chunks)), 'chunk')
  return `${table}\n ${plural(documents.length, 'document')} · ${chunks}`
}

const formatThreadTotals = (threads: ThreadInfo[]): string =>
  `${plural(threads.length, 'conversation')} · ${plural(sum(threads.map(({ messages }) => messages)), 'message')}`

/** Of the data file with what is not merged into it yet. */
const sizeOf = async (data: string): Promise<number> =>
  sum(
    await Promise.all(
      ['rt.db', 'rt.db-wal'].map((name) =>
        stat(join(data, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    ),
  )

const noDocument = (source: string, collection: string, documents: DocumentInfo[]): RtError => {
  const where = collection === KNOWLEDGE ? '' : ` in the collection "${collection}"`
  const [other] = documents.filter((document) => document.source === source)
  if (other)
    return new RtError({
      code: 'not_found',
      message: `no document "${source}" is remembered in the collection "${collection}".`,
      hint: `There is one in "${printableLine(other.collection)}": say --collection ${printableLine(other.collection)}`,
    })
  const sources = documents
    .filter((document) => document.collection === collection)
    .map((document) => printableLine(document.source))
  const named = sources.filter((other) => other.endsWith(`/${source}`))
  const near = named.length ? named.slice(0, 3) : nearestNames(source, sources)
  return new RtError({
    code: 'not_found',
    message: `no document "${source}" is remembered${where}.`,
    hint: `${near.length ? `Did you mean ${near.join(' or ')}? ` : ''}See: ${called} memory`,
  })
}

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
