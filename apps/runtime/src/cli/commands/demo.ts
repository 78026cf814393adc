import { existsSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { addUsage, inputTokens, RtError } from '@rt/core'
import type { TraceSpan } from '@rt/observe/trace'
import { createRuntime } from '../../create-runtime.ts'
import { dataFolder } from '../../folders.ts'
import type { Runtime } from '../../runtime.ts'
import { version } from '../../version.ts'
import { type CommandDefinition, DATA_FLAG, MODEL_FLAG, text } from '../command.ts'
import { createWeatherTool } from '../demo/weather-tool.ts'
import { watchTurn, type WatchedTurn } from '../demo/watch-turn.ts'
import { createDownloadProgress } from '../output/download-progress.ts'
import { formatCitation } from '../output/show-turn.ts'
import { printable, style } from '../output/style.ts'
import { bytes, count, duration, plural } from '../output/units.ts'
import { stopped } from './serve.ts'

export const command: CommandDefinition = {
  name: 'demo',
  summary: 'The main job in a minute: documents, a tool, a conversation, a trace',
  positionals: '[FOLDER]',
  max: 1,
  flags: {
    ...DATA_FLAG,
    ...MODEL_FLAG,
    once: { type: 'boolean', description: 'Do not keep serving (as without a terminal)' },
    ask: { type: 'string', value: 'TEXT', description: 'The question to the documents' },
    city: { type: 'string', value: 'NAME', description: 'The city of the tool call (default Bergen)' },
    'follow-up': { type: 'string', value: 'TEXT', description: 'The question that follows' },
    port: { type: 'string', short: 'p', value: 'N', description: 'Port (default 4141, or the next free one)' },
  },
  examples: ['rt demo', 'rt demo ./docs --ask "Who approves travel?"', 'rt demo --once --city Oslo'],
  async run({ args, flags, signal }) {
    const folder = args[0] === undefined ? packagedHandbook() : resolve(args[0])
    if (!existsSync(folder))
      throw new RtError({
        code: 'not_found',
        message: `there is no folder "${args[0]}".`,
        hint: 'rt demo alone uses the handbook it brings.',
      })
    const city = text(flags['city']) ?? 'Bergen'
    const keepServing = !flags['once'] && process.stdout.isTTY === true
    const say = (label: string, line: string): void =>
      void process.stdout.write(` ${style('bold', label.padEnd(8))} ${line}\n`)

    process.stdout.write(
      ` ${style('bold', `rt ${version}`)} · node ${process.versions.node} · ${process.platform} ${process.arch} · ${plural(availableParallelism(), 'core')} · ${Math.round(totalmem() / 2 ** 30)} GiB\n`,
    )
    const data = text(flags['data']) ?? (await demoFolder(folder))
    const runtime = await createRuntime({ data, chat: text(flags['model']), onProgress: createDownloadProgress() })
    try {
      const report = await runtime.ingest(folder, { signal, prune: true })
      const embedding = report.embedded ? `${count(report.embedded)} embedded` : 'nothing new to embed'
      say(
        'ingest',
        `${basename(folder)} · ${plural(report.files, 'file')} · ${plural(report.chunks, 'chunk')} · ${embedding} · ${duration(report.ms)}`,
      )
      const server = await runtime.serve({
        port: text(flags['port']) === undefined ? undefined : Number(flags['port']),
        fallback: true,
      })
      await runtime.warm()
      say('ready', `${style('cyan', server.address)}   (${duration(process.uptime() * 1000)} after start)`)
      process.stdout.write('\n')

      const thread = runtime.thread(`demo-${Date.now()}`)
      const weather = createWeatherTool()
      const turns: WatchedTurn[] = []
      const ask = async (
        number: number,
        question: string,
        options: Parameters<typeof thread.stream>[1] = {},
      ): Promise<void> => {
        say(`ask ${number}`, question)
        const turn = await watchTurn(thread.stream(question, { ...options, signal, maxOutputTokens: 64 }))
        turns.push(turn)
        for (const { name, args: input, result, ms } of turn.toolCalls)
          say('tool', `${name} ${JSON.stringify(input)} -> ${printable(JSON.stringify(result))}   ${duration(ms)}`)
        say(
          'answer',
          `${printable(turn.text).trim()}${turn.citations.map(({ index }) => ` [${index}]`).join('')}   ${style('dim', speed(turn))}`,
        )
        for (const citation of turn.citations)
          process.stdout.write(style('dim', `          ${formatCitation(citation)}\n`))
      }
      await ask(1, text(flags['ask']) ?? 'What may I spend on a meal in Oslo?')
      await ask(2, `I fly to ${city} tomorrow. What is the weather there?`, {
        tools: [weather],
        toolChoice: 'required',
        retrieve: false,
      })
      await ask(3, text(flags['follow-up']) ?? 'And how much was that limit again?')

      process.stdout.write('\n')
      say('trace', await summary(runtime, turns))
      say('note', `${turns[0]!.model} is there so that everything works at once; it is not clever.`)
      process.stdout.write('\n')
      for (const [label, line] of nextSteps(server.address, turns[0]!.model, data)) say(label, line)
      if (keepServing) {
        process.stdout.write(`\n serving at ${server.address} · Ctrl-C stops\n`)
        await stopped(signal)
      }
      await server.close()
      if (signal.aborted && !keepServing) return 130
      return 0
    } finally {
      await runtime.close()
    }
  },
}

/** The handbook copied beside the command at build; from source, the one of the examples. */
const packagedHandbook = (): string => {
  const beside = fileURLToPath(new URL('./handbook', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../../../examples/handbook', import.meta.url))
}

/** The demo's own data, apart from yours: `.rt/demo`, and `.rt/demo-NAME` for another folder. */
const demoFolder = async (folder: string): Promise<string> =>
  join(await dataFolder(), basename(folder) === 'handbook' ? 'demo' : `demo-${basename(folder)}`)

const speed = ({ firstTokenMs, tokensPerSecond, usage }: WatchedTurn): string => {
  const cached = usage.cacheRead
    ? ` (${count(usage.cacheRead)} of ${count(usage.input + usage.cacheRead)} tokens cached)`
    : ''
  return `first token ${duration(firstTokenMs)}${cached} · ${Math.round(tokensPerSecond)} tok/s`
}

const summary = async (runtime: Runtime, turns: WatchedTurn[]): Promise<string> => {
  const traces = await Promise.all(turns.map(({ traceId }) => runtime.trace.get(traceId)))
  const usage = turns.map((turn) => turn.usage).reduce(addUsage)
  const spans = sum(traces.map((trace) => countSpans(trace.spans)))
  const unpriced = traces.some(({ cost }) => cost.usd === null)
  const usd = unpriced ? 'cost unknown' : `${sum(traces.map(({ cost }) => cost.usd ?? 0)).toFixed(2)} USD`
  return [
    plural(traces.length, 'request'),
    plural(spans, 'span'),
    `${count(inputTokens(usage))} in (${count(usage.cacheRead)} cached)`,
    `${count(usage.output)} out`,
    `${usd}, local ${duration(sum(traces.map(({ cost }) => cost.localMs)))}`,
  ].join(' · ')
}

const countSpans = (spans: TraceSpan[]): number => sum(spans.map(({ children }) => 1 + countSpans(children)))

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

const nextSteps = (address: string, model: string, data: string): [string, string][] => {
  const folder = data.startsWith(process.cwd()) ? data.slice(process.cwd().length + 1) : data
  return [
    ['next', `rt trace last --data ${folder}        every step of it`],
    [
      '',
      `curl ${address}/v1/chat/completions -H 'content-type: application/json' -d '{"model":"${model}","messages":[{"role":"user","content":"Hello"}]}'`,
    ],
    ['', `rt ingest ./docs · rt chat · rt pull qwen2.5-coder:1.5b (better answers, ${bytes(1_117_320_768)})`],
  ]
}
