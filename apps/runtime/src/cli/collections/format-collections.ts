import type { CollectionInfo, Migrating } from '@rt/core'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { foldTable } from '../output/table.ts'
import { bytes, count, span } from '../output/units.ts'

/** All collections, with what searches them and why. */
export const formatCollections = (
  collections: CollectionInfo[],
  width: number = process.stdout.columns || 200,
): string => {
  const hasAliases = collections.some(({ aliases = [] }) => aliases.length > 0)
  const hasSizes = collections.some((info) => info.bytes !== undefined)
  return foldTable(
    [
      { title: 'collection', most: 50 },
      { title: 'records', align: 'right' },
      ...(hasSizes ? [{ title: 'size', align: 'right' as const }] : []),
      { title: 'index' },
      { title: 'recall', align: 'right' },
      { title: 'tail', align: 'right' },
      { title: 'dimensions', align: 'right' },
      { title: 'embedder', most: 30 },
      ...(hasAliases ? [{ title: 'aliases', most: 40 }] : []),
      { title: 'why this index', most: 80 },
    ],
    collections.map(({ name, count: records, index, stamp, aliases = [], ...info }) => [
      name,
      count(records),
      ...(hasSizes ? [info.bytes === undefined ? '-' : bytes(info.bytes)] : []),
      index.building === undefined ? index.kind : `${index.kind}, building ${percent(index.building)}`,
      share(index.recall),
      figure(index.tail),
      stamp ? count(stamp.dimensions) : '-',
      (stamp ? (info.embedder ?? stamp.fingerprint) : 'none: by words only') +
        (info.migrating ? `, ${moving(info.migrating)}` : ''),
      ...(hasAliases ? [aliases.join(', ')] : []),
      index.reason,
    ]),
    width,
  )
}

/** Everything about one. */
export const formatCollection = ({
  name,
  count: records,
  index,
  stamp,
  options = {},
  ...info
}: CollectionInfo): string => {
  const rows: [string, string | undefined][] = [
    ['records', count(records)],
    ['vectors', info.vectors === undefined ? undefined : count(info.vectors)],
    ['size', info.bytes === undefined ? undefined : bytes(info.bytes)],
    ['dimensions', stamp ? count(stamp.dimensions) : 'none: found by words only'],
    ['metric', stamp?.metric],
    ['embedder', info.embedder],
    ['fingerprint', stamp?.fingerprint],
    ['migrating', info.migrating && moving(info.migrating)],
    ['index', `${index.kind}: ${index.reason}`],
    ['in memory', index.bytes === undefined ? undefined : bytes(index.bytes)],
    [
      'recall',
      index.recall === undefined ? undefined : `${share(index.recall)} of the true neighbours, when last measured`,
    ],
    ['to be held', index.target === undefined ? undefined : share(index.target)],
    ['looks at', index.ef === undefined ? undefined : `${count(index.ef)} candidates a search`],
    ['tail', index.tail === undefined ? undefined : `${count(index.tail)} compared one by one`],
    ['tombstones', index.tombstones === undefined ? undefined : count(index.tombstones)],
    ['building', index.building === undefined ? undefined : percent(index.building)],
    ['words', options.tokenizer],
    ['records end', options.ttl === undefined ? undefined : `${span(options.ttl)} after their last write`],
    ['chosen index', options.index],
    ['chosen recall', options.recall === undefined ? undefined : share(options.recall)],
    ['aliases', info.aliases?.join(', ')],
    ['indexed fields', info.fields?.join(', ')],
  ]
  const shown = rows.filter((row): row is [string, string] => Boolean(row[1]))
  return [
    ` ${style('bold', printableLine(name))}`,
    ...shown.map(([title, text]) => `   ${title.padEnd(14)}  ${printableLine(text)}`),
    '',
  ].join('\n')
}

// ---

const figure = (value: number | undefined): string => (value === undefined ? '-' : count(value))
const share = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(3))
const percent = (value: number): string => `${Math.floor(value * 100)}%`

/** To the embedder of today. */
const moving = ({ done, total, behind }: Migrating): string =>
  behind
    ? `another one finds less (${percent(behind.after)} of samples, ${percent(behind.before)} before)`
    : `${percent(total ? done / total : 1)} embedded anew`
