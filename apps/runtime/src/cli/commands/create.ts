import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { RtError } from '@rt/core'
import { called } from '../called.ts'
import { type CommandDefinition, JSON_FLAG, text } from '../command.ts'
import { printableLine } from '../output/printable.ts'
import { createPullListener } from '../output/pull-listener.ts'
import { style } from '../output/style.ts'
import { toJson } from '../output/to-json.ts'

const FILE = 'Modelfile'

export const command: CommandDefinition = {
  name: 'create',
  summary: 'Make a model of your own out of a Modelfile: sampling, system text, messages and adapters under a name',
  positionals: 'NAME',
  min: 1,
  max: 1,
  flags: {
    file: {
      type: 'string',
      short: 'f',
      value: 'FILE',
      completes: 'file',
      description: `The Modelfile; - reads it from stdin (default: ./${FILE})`,
    },
    ...JSON_FLAG,
  },
  examples: [
    'rt create pirate',
    'rt create pirate -f pirate.Modelfile',
    'echo "FROM smollm2:135m" | rt create mine -f -',
  ],
  async run({ args: [name = ''], flags, signal }) {
    const file = text(flags['file']) ?? FILE
    const [{ createCatalog }, modelfile] = await Promise.all([import('@rt/inference/catalog'), read(file)])
    const folder = file === '-' ? process.cwd() : dirname(resolve(file))
    const created = await createCatalog().create(name, modelfile, { folder, signal, ...createPullListener() })
    const { model, warnings, entry } = created
    const note = style('yellow', 'note', process.stderr)
    for (const warning of warnings) process.stderr.write(` ${note}     ${printableLine(warning)}\n`)
    if (flags['json']) {
      const { sampling, preset } = entry
      return void process.stdout.write(`${toJson({ name: created.name, model, sampling, preset, warnings })}\n`)
    }
    const [made, from] = [created.name, model].map(printableLine)
    process.stdout.write(` ${made} is made from ${from}\n ${called} run ${made}\n`)
  },
}

const read = async (file: string): Promise<string> => {
  try {
    if (file !== '-') return await readFile(file, 'utf8')
    const pieces: Buffer[] = []
    for await (const piece of process.stdin as AsyncIterable<Buffer>) pieces.push(piece)
    return Buffer.concat(pieces).toString('utf8')
  } catch (cause) {
    throw new RtError({
      code: 'not_found',
      message: `${JSON.stringify(file)} cannot be read (${(cause as NodeJS.ErrnoException).code ?? 'unknown'}).`,
      hint: 'Name the Modelfile: --file FILE. It says at least what the model is: FROM smollm2:135m',
      cause,
    })
  }
}
