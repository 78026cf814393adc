import { type KeyInfo, type KeyScope, nearestNames, RtError } from '@rt/core'
import { called } from '../called.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { withRuntime } from '../open.ts'
import { printableLine } from '../output/printable.ts'
import { style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import { toJson } from '../output/to-json.ts'
import { localTime } from '../output/units.ts'
import { withData, WITHOUT_CONFIG } from '../with-data.ts'

export const command: CommandDefinition = {
  name: 'key',
  summary: 'Make, list and revoke API keys of your server',
  min: 1,
  subcommands: {
    create: {
      summary: 'Make a key; its secret is printed once and kept nowhere (alone on stdout when piped)',
      positionals: 'NAME',
      min: 1,
      max: 1,
    },
    list: { summary: 'List the keys, without their secrets' },
    rm: { summary: 'Revoke a key, by its name or id', positionals: 'NAME', min: 1, max: 1 },
  },
  flags: {
    ...DATA_FLAGS,
    ...JSON_FLAG,
    scope: {
      type: 'string',
      value: 'SCOPE',
      values: ['chat', 'admin'],
      description: 'chat (default): ask models; admin: also read every thread, ingest and stop the server',
    },
  },
  examples: [
    'rt key create laptop',
    'rt key create deploy --scope admin > deploy.key',
    'rt key list',
    'rt key rm laptop',
  ],
  async run(context) {
    const [what, name = ''] = context.args
    if (what === 'create') await create(context, name)
    else if (what === 'list') await list(context)
    else await revoke(context, name)
  },
}

const create = async (context: CommandContext, name: string): Promise<void> => {
  const scope = (text(context.flags['scope']) ?? 'chat') as KeyScope
  const { made, first } = await withRuntime(context, WITHOUT_CONFIG, async ({ keys }) => {
    const one = await keys.create({ name, scope })
    return { made: one, first: (await keys.list()).length === 1 }
  })
  // What explains goes to stderr, so that a pipe holds the secret and nothing else.
  const say = (line: string): void => void process.stderr.write(` ${line}\n`)
  say(`key ${style('bold', name, process.stderr)} (${scope}). The secret is shown this once and kept nowhere:`)
  process.stdout.write(context.flags['json'] ? `${toJson(made)}\n` : `${made.secret}\n`)
  say('Clients send it as their API key (Authorization: Bearer …).')
  if (first) say('It is the first: from now on this server answers nobody without a key.')
  say(`${called} key rm ${name}   revokes it`)
}

const list = async (context: CommandContext): Promise<void> => {
  const keys = await listKeys(context)
  if (context.flags['json']) process.stdout.write(`${toJson(keys)}\n`)
  else if (!keys.length) process.stdout.write(` no keys (${called} key create NAME makes one)\n`)
  else process.stdout.write(`${formatKeys(keys)}\n`)
}

/** A folder without data has no keys. */
const listKeys = async (context: CommandContext): Promise<KeyInfo[]> =>
  (await withData(context, ({ keys }) => keys.list())) ?? []

const formatKeys = (keys: KeyInfo[]): string =>
  formatTable(
    [
      { title: 'name' },
      { title: 'scope' },
      { title: 'secret' },
      { title: 'made' },
      { title: 'last used' },
      { title: 'id' },
    ],
    keys.map(({ name, scope, hint, createdAt, lastUsedAt, id }) => [
      name,
      scope,
      `${hint}…`,
      localTime(createdAt),
      lastUsedAt === undefined ? 'never' : localTime(lastUsedAt),
      id,
    ]),
  )

const revoke = async (context: CommandContext, name: string): Promise<void> => {
  const known = await listKeys(context)
  const gone = known.length > 0 && (await withRuntime(context, WITHOUT_CONFIG, ({ keys }) => keys.revoke(name)))
  if (!gone) throw noSuchKey(known, name)
  if (context.flags['json']) process.stdout.write(`${toJson({ revoked: name })}\n`)
  else {
    process.stdout.write(` ${printableLine(name)} is revoked: it opens nothing from now on\n`)
    if (!(await listKeys(context)).length) process.stdout.write(` ${LAST}\n`)
  }
}

const LAST =
  'It was the last: on this machine the server asks for no key any more, unless RT_API_KEY is set; other machines are not served without one.'

const noSuchKey = (known: KeyInfo[], name: string): RtError => {
  const names = known.map((key) => key.name)
  const [near] = nearestNames(name, names)
  return new RtError({
    code: 'not_found',
    message: `there is no key ${JSON.stringify(name)}.`,
    hint: near ? `Did you mean ${near}?` : names.length ? `Keys: ${names.join(', ')}.` : 'There are none.',
  })
}
