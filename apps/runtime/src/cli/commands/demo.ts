import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { abortable, RtError } from '@rt/core'
import { createCatalog } from '@rt/inference/catalog'
import type { IngestReport } from '@rt/memory'
import { createRuntime } from '../../create-runtime.ts'
import type { Runtime } from '../../runtime.ts'
import { version } from '../../version.ts'
import { type CommandContext, type CommandDefinition, DATA_FLAGS, MODEL_FLAG, PORT_FLAG, text } from '../command.ts'
import { converse } from '../demo/conversation.ts'
import { nextSteps } from '../demo/next-steps.ts'
import { say } from '../demo/say.ts'
import { summarize } from '../demo/summary.ts'
import { findData } from '../find-data.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { style } from '../output/style.ts'
import { count, duration, plural } from '../output/units.ts'
import { parsePort } from '../parse-port.ts'
import { stopped } from '../stopped.ts'

export const command: CommandDefinition = {
  name: 'demo',
  summary: 'The main job in a minute: documents, a tool, a conversation, a trace',
  positionals: '[FOLDER]',
  max: 1,
  flags: {
    ...DATA_FLAGS,
    ...MODEL_FLAG,
    ...PORT_FLAG,
    once: { type: 'boolean', description: 'Do not keep serving (as without a terminal)' },
    ask: {
      type: 'string',
      value: 'TEXT',
      description: 'The question to the documents (default: one the handbook answers)',
    },
    city: { type: 'string', value: 'NAME', description: 'The city of the tool call (default Bergen)' },
    'follow-up': { type: 'string', value: 'TEXT', description: 'The question about the first answer' },
  },
  examples: ['rt demo', 'rt demo ./docs --ask "Who approves travel?"', 'rt demo --once --city Oslo'],
  async run(context) {
    const { args, flags, signal } = context
    const folder = findFolder(args[0])
    const data = text(flags['data']) ?? (await demoFolder(flags, folder))
    sayHello()
    const runtime = await createRuntime({
      data,
      config: text(flags['config']),
      signal,
      chat: text(flags['model']),
      onProgress: createDownloadProgress(),
    })
    try {
      const report = await runtime.ingest(folder, { signal, prune: true })
      if (report.chunks === 0) throw await nothingToRead(args[0] ?? folder)
      say('ingest', formatReport(basename(folder), report))
      return await show(context, runtime, data, folder)
    } finally {
      await runtime.close()
    }
  },
}

const show = async (
  { flags, signal }: CommandContext,
  runtime: Runtime,
  data: string,
  folder: string,
): Promise<number> => {
  const given = parsePort(command, text(flags['port']))
  await using server = await runtime.serve({ port: given, fallback: given === undefined })
  await abortable(runtime.warm(), signal)
  say('ready', `${style('cyan', server.address)}   (${duration(process.uptime() * 1000)} after start)\n`)

  const { question, followUp } = await questions(folder)
  const turns = await converse(runtime, {
    question: text(flags['ask']) ?? question,
    city: text(flags['city']) ?? 'Bergen',
    followUp: text(flags['follow-up']) ?? followUp,
    signal,
  })
  const { model } = turns[0]!
  process.stdout.write('\n')
  say('trace', await summarize(runtime, turns))
  const note = createCatalog().find(model)?.note
  if (note) say('note', `${model}: ${note}`)
  process.stdout.write('\n')
  const serving = !flags['once'] && process.stdout.isTTY === true
  for (const [index, [purpose, step]] of nextSteps(data, model, serving ? server.address : undefined).entries()) {
    say(index ? '' : 'next', style('dim', `# ${purpose}`))
    say('', step)
  }
  if (!serving) return 0
  process.stdout.write(`\n serving at ${server.address} · Ctrl-C stops\n`)
  await stopped(signal)
  return 0
}

const sayHello = (): void => {
  const machine = [
    `node ${process.versions.node}`,
    `${process.platform} ${process.arch}`,
    plural(availableParallelism(), 'core'),
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
  ]
  process.stdout.write(` ${style('bold', `rt ${version}`)} · ${machine.join(' · ')}\n`)
}

const formatReport = (name: string, { files, chunks, embedded, mode, ms }: IngestReport): string => {
  const embedding =
    mode === 'keyword'
      ? 'no embedder: found by words only'
      : embedded
        ? `${count(embedded)} embedded`
        : 'nothing new to embed'
  return `${name} · ${plural(files, 'file')} · ${plural(chunks, 'chunk')} · ${embedding} · ${duration(ms)}`
}

/** The folder given, or the handbook copied beside the command at build; from source, the one of the examples. */
const findFolder = (given: string | undefined): string => {
  const beside = fileURLToPath(new URL('./handbook', import.meta.url))
  const ours = existsSync(beside) ? beside : fileURLToPath(new URL('../../../../../examples/handbook', import.meta.url))
  const folder = given === undefined ? ours : resolve(given)
  if (existsSync(folder)) return folder
  throw new RtError({
    code: 'not_found',
    message: `there is no folder "${given}".`,
    hint: 'rt demo alone uses the handbook it brings.',
  })
}

const nothingToRead = async (folder: string): Promise<RtError> => {
  const { DOCUMENT_ENDINGS } = await import('@rt/memory')
  return new RtError({
    code: 'not_found',
    message: `there is nothing to read in "${folder}".`,
    hint: `Files are read that end in ${DOCUMENT_ENDINGS.join(' ')}.`,
  })
}

/** What the handbook answers; for other documents, about the first heading of the first of them. */
const questions = async (folder: string): Promise<{ question: string; followUp: string }> => {
  if (basename(folder) === 'handbook')
    return { question: 'What may I spend on a meal in Oslo?', followUp: 'And how much was that limit again?' }
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.md')).toSorted()
  const first = names[0] === undefined ? '' : await readFile(join(folder, names[0]), 'utf8')
  const heading = /^##\s+(.+)$/m.exec(first)?.[1] ?? /^#\s+(.+)$/m.exec(first)?.[1]
  const question = heading ? `What do you know about ${heading.trim()}?` : 'What is this about?'
  return { question, followUp: 'And what was that again?' }
}

/** The demo's own data, apart from yours: `.rt/demo`, and `.rt/demo-NAME` for another folder. */
const demoFolder = async ({ config }: CommandContext['flags'], folder: string): Promise<string> =>
  join(await findData({ config }), basename(folder) === 'handbook' ? 'demo' : `demo-${basename(folder)}`)
