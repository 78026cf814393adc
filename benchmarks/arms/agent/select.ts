// The runtime with 200 tools and bge-small: what choosing eight of them takes, by its own traces.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRuntime, type Trace } from '@rt/runtime'
import { manyTools } from '../../../apps/runtime/src/tools/__fixtures__/many-tools.ts'
import { median } from '../../kit/statistics.ts'
import { scriptedModel } from './scripted.ts'

const QUESTIONS = 100

const data = await mkdtemp(join(tmpdir(), 'rt-bench-'))
const asked = manyTools()
const model = scriptedModel('scripted/model')
const rt = await createRuntime({
  data,
  config: false,
  download: false,
  chat: 'scripted/model',
  providers: { scripted: { id: 'scripted', languageModel: () => model } },
  tools: asked.map(({ tool }) => tool),
})

const selection = ({ spans }: Trace): number => {
  const found = spans.flatMap(({ children }) => children).find(({ name }) => name === 'tools.select')
  if (found?.attributes['rt.tools.search'] !== 'hybrid') throw new Error('tools were not chosen by their meaning')
  return found.ms
}
const round = async (): Promise<number> => {
  const times: number[] = []
  for (let i = 0; i < QUESTIONS; i++) {
    const { parts } = await rt.generate(asked[(i * 7) % asked.length]!.question, { retrieve: false })
    const start = parts.find(({ type }) => type === 'start')
    if (start?.type !== 'start') throw new Error('the run has no start')
    const trace = await rt.trace.get(start.traceId!)
    times.push(selection(trace))
  }
  return median(times)
}

await round()
process.on('message', async () => process.send!(await round()))
process.send!('ready')

process.on('disconnect', async () => {
  await rt.close()
  await rm(data, { recursive: true, force: true })
  process.exit()
})
