import { TOKENIZERS, VECTOR_INDEXES } from '../../config/vector-settings.ts'
import { called } from '../called.ts'
import { alias } from '../collections/alias.ts'
import { create } from '../collections/create.ts'
import { drop } from '../collections/drop.ts'
import { find, listed } from '../collections/find.ts'
import { formatCollection, formatCollections } from '../collections/format-collections.ts'
import { migrate } from '../collections/migrate.ts'
import { move } from '../collections/move.ts'
import { exportRecords, importRecords } from '../collections/transfer.ts'
import { type CommandContext, type CommandDefinition, CONFIG_FLAGS, DATA_FLAGS, JSON_FLAG } from '../command.ts'
import { toJson } from '../output/to-json.ts'
import { withData } from '../with-data.ts'

const PLACES = 'sqlite, sqlite:FILE, lancedb:FOLDER, postgres://… or http://… (Qdrant)'

export const command: CommandDefinition = {
  name: 'collections',
  summary: 'List, make, move and delete collections of vectors; works while rt serve runs',
  subcommands: {
    list: { summary: 'Every collection, with what it holds and what searches it (default)' },
    show: { summary: 'All about one', positionals: 'NAME', min: 1, max: 1 },
    create: { summary: 'Make an empty one', positionals: 'NAME', min: 1, max: 1 },
    drop: { summary: 'Delete a collection with its documents; your files stay', positionals: 'NAME', min: 1, max: 1 },
    rm: { summary: 'The same', positionals: 'NAME', min: 1, max: 1 },
    alias: {
      summary: 'Point further names at collections, all at once; ALIAS= takes one away',
      positionals: 'ALIAS=COLLECTION…',
      min: 1,
      max: Infinity,
    },
    export: { summary: 'Write all records to standard output, as JSON Lines', positionals: 'NAME', min: 1, max: 1 },
    import: {
      summary: 'Read records from a file, or from standard input (-)',
      positionals: 'NAME FILE',
      min: 2,
      max: 2,
    },
    move: {
      summary: 'Move one to another store, compare it, then delete it here',
      positionals: 'NAME',
      min: 1,
      max: 1,
    },
    migrate: {
      summary: 'Embed one anew with the embedder of the settings, while it is used',
      positionals: 'NAME',
      min: 1,
      max: 1,
    },
  },
  flags: {
    ...DATA_FLAGS,
    ...CONFIG_FLAGS,
    ...JSON_FLAG,
    yes: { type: 'boolean', short: 'y', description: 'Do not ask before deleting' },
    dimensions: {
      type: 'string',
      value: 'N',
      description: 'create: length of its vectors (default: of the first writer)',
    },
    metric: {
      type: 'string',
      value: 'NAME',
      values: ['cosine', 'dot', 'l2'],
      description: 'create: how its vectors are compared (default cosine)',
    },
    fingerprint: { type: 'string', value: 'TEXT', description: 'create: what its vectors are made by (default own/N)' },
    tokenizer: {
      type: 'string',
      value: 'NAME',
      values: TOKENIZERS,
      description: 'create: how its texts become words (default porter)',
    },
    ttl: {
      type: 'string',
      value: 'TIME',
      description: 'create: how long its records stay, such as 24h (default: they stay)',
    },
    index: {
      type: 'string',
      value: 'NAME',
      values: VECTOR_INDEXES,
      description: 'create: which index searches it (default: as the settings say)',
    },
    recall: {
      type: 'string',
      value: 'SHARE',
      description: 'create: share of the true neighbours to find (default: as the settings say)',
    },
    to: { type: 'string', value: 'PLACE', description: `move: ${PLACES} (default: the store of the settings)` },
    from: { type: 'string', value: 'PLACE', description: 'move: where it is (default: the store of the settings)' },
    keep: { type: 'boolean', description: 'move: leave it where it is as well' },
    resume: { type: 'boolean', description: 'move: go on with an unfinished copy' },
    force: { type: 'boolean', description: 'migrate: take the new vectors also where they find less' },
  },
  examples: [
    'rt collections',
    'rt collections show default',
    'rt collections create products --dimensions 768 --index hnsw',
    'rt collections alias live=products-2',
    'rt collections export default > default.jsonl',
    'rt collections import copy default.jsonl',
    'rt collections move default --to lancedb:vectors --keep',
    'rt collections migrate default',
    'rt collections drop old --yes',
  ],
  async run(context) {
    const [what = 'list', name = '', ...rest] = context.args
    switch (what) {
      case 'show':
        return show(context, name)
      case 'create':
        return create(context, name)
      case 'drop':
      case 'rm':
        return drop(context, name)
      case 'alias':
        return alias(context, [name, ...rest])
      case 'export':
        return exportRecords(context, name)
      case 'import':
        return importRecords(context, name, rest[0]!)
      case 'move':
        return move(context, name)
      case 'migrate':
        return migrate(context, name)
      default:
        return list(context)
    }
  },
}

const list = async (context: CommandContext): Promise<void> => {
  const found = await listed(context)
  if (context.flags['json']) process.stdout.write(`${toJson(found)}\n`)
  else if (found.length) process.stdout.write(`${formatCollections(found)}\n`)
  else process.stdout.write(` there is no collection yet (${called} ingest FOLDER makes one)\n`)
}

const show = async (context: CommandContext, name: string): Promise<void> => {
  const { name: meant } = await find(context, name)
  const info = (await withData(context, (runtime) => runtime.collections.describe(meant), {}))!
  process.stdout.write(context.flags['json'] ? `${toJson(info)}\n` : formatCollection(info))
}
