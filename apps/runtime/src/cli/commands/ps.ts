import type { LoadedModel, MemoryStatus, RuntimeStatus } from '@rt/core'
import type { OwnerInfo } from '@rt/node/sqlite'
import { called } from '../called.ts'
import { type CommandDefinition, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { findData } from '../find-data.ts'
import { findOwner } from '../find-owner.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { foldTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { bytes, count, plural, span } from '../output/units.ts'
import { WITHOUT_CONFIG } from '../with-data.ts'

export const command: CommandDefinition = {
  name: 'ps',
  summary: 'Show the running server and the models in its memory',
  flags: { ...DATA_FLAGS, ...JSON_FLAG },
  examples: ['rt ps', 'rt ps --json'],
  async run(context) {
    const owner = await findOwner(await findData(context.flags))
    const status = owner?.address
      ? await withRuntime(context, WITHOUT_CONFIG, (runtime) => runtime.status())
      : undefined
    if (context.flags['json']) process.stdout.write(`${toJson(status ?? null)}\n`)
    else
      process.stdout.write(
        `${status ? formatStatus(status, Date.now(), process.stdout.columns) : formatNobody(owner)}\n`,
      )
  },
}

export const formatStatus = (
  { version, pid, address, startedAt, models, memory }: RuntimeStatus,
  now: number,
  width: number = Infinity,
): string =>
  [
    ` ${style('bold', printableLine(address ?? 'not listening'))} · process ${pid} · up ${span(now - startedAt)} · rt ${printableLine(version)}`,
    models.length ? formatModels(models, width) : ' no model is in memory: the next question loads one',
    ...(memory ? [formatMemory(memory)] : []),
    ...models.flatMap(formatQuarantine),
  ].join('\n')

// ---

const formatModels = (models: LoadedModel[], width: number): string =>
  foldTable(
    [
      { title: 'model', most: 50 },
      { title: 'kind' },
      { title: 'engine' },
      { title: 'weights', align: 'right' },
      { title: 'KV', align: 'right' },
      { title: 'other', align: 'right' },
      { title: 'memory', align: 'right' },
      { title: 'set aside', align: 'right' },
      { title: 'context', align: 'right' },
      { title: 'conversations', align: 'right' },
      { title: 'saved', align: 'right' },
      { title: 'running', align: 'right' },
      { title: 'waiting', align: 'right' },
      { title: 'batch', align: 'right' },
      { title: 'guessed', align: 'right' },
      { title: 'idle', align: 'right' },
      { title: 'unloads in', align: 'right' },
    ],
    models.map((model) => [
      model.id,
      model.kind,
      model.engine,
      bytes(model.weightsBytes),
      model.kvBytes ? bytes(model.kvBytes) : '-',
      ...formatMeasured(model),
      count(model.contextTokens),
      model.sequences.most ? `${model.sequences.open} of ${model.sequences.most}` : '-',
      formatSaved(model),
      count(model.running),
      count(model.waiting),
      formatBatch(model),
      formatSpeculation(model),
      model.running ? '-' : span(model.idleMs),
      formatUnload(model),
    ]),
    width,
  )

const formatQuarantine = ({ id, engine, quarantine }: LoadedModel): string[] =>
  quarantine
    ? [
        ` ${printableLine(id)} is refused for ${span(quarantine.retryAfterMs)}: the ${printableLine(engine)} engine crashed ${quarantine.crashes} times while it ran`,
      ]
    : []

/** Of what its process grew by: what is neither weights nor caches, and all; then what it has of the budget. */
const formatMeasured = ({ memory, weightsBytes, kvBytes }: LoadedModel): string[] => {
  const { measuredBytes, reservedBytes } = memory ?? {}
  const known =
    measuredBytes === undefined
      ? ['-', '-']
      : [bytes(Math.max(0, measuredBytes - weightsBytes - kvBytes)), bytes(measuredBytes)]
  return [...known, reservedBytes === undefined ? '-' : bytes(reservedBytes)]
}

const formatUnload = ({ pinned, unloadsInMs }: LoadedModel): string => {
  if (pinned) return 'pinned'
  return unloadsInMs === undefined ? '-' : span(unloadsInMs)
}

const formatMemory = ({ budgetBytes, usedBytes, processes, waiting }: MemoryStatus): string => {
  const own = processes.reduce((sum, one) => sum + one.bytes, 0)
  return [
    ` memory ${bytes(usedBytes)} of ${bytes(budgetBytes)}`,
    ...(own > 0 ? [`engines ${bytes(own)} of it`] : []),
    ...(waiting > 0 ? [`${plural(waiting, 'model')} waiting for room`] : []),
  ].join(' · ')
}

/** Answers written in one step, of those that were being written. */
const formatBatch = ({ batch }: LoadedModel): string =>
  batch ? `${(batch.rows / batch.steps).toFixed(1)} of ${(batch.streams / batch.steps).toFixed(1)}` : '-'

/** Tokens that were guessed right, of those that were guessed. */
const formatSpeculation = ({ speculation }: LoadedModel): string =>
  speculation ? `${count(speculation.accepted)} of ${count(speculation.drafted)}` : '-'

/** Conversations whose caches lie on disk. */
const formatSaved = ({ saved }: LoadedModel): string =>
  saved?.threads ? `${count(saved.threads)} (${bytes(saved.bytes)})` : '-'

const formatNobody = (owner: OwnerInfo | undefined): string =>
  owner
    ? ` process ${owner.pid} uses this data folder and does not listen: it cannot be asked`
    : ` nothing is running (${called} serve starts a server)`
