import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compare, measure, type Metric } from './kit/compare.ts'

const RT = fileURLToPath(new URL('../apps/runtime/dist/cli/rt.cjs', import.meta.url))
/** 20 tokens with the template of smollm2, near enough for every ChatML model. */
const PROMPT = {
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Say hello.' },
  ],
}

const PLAIN = 'rt = 1\n\n[memory]\npassages = 4\n'
/** Nothing of these is needed to listen. */
const REMOTE = `${PLAIN}
[providers.anthropic]
api_key = "env:ANTHROPIC_API_KEY"
models = ["claude-sonnet-4-5"]

[router]
timeout = "30s"

[router.budget]
day_usd = 5

[limits]
requests_per_minute = 60
`

/** From process start to `rt serve` listening, against bare node printing a line; and to the first token of an answer; and what providers in config.toml add. */
export const benchmark = async (rounds: number): Promise<Metric[]> => {
  const data = await mkdtemp(join(tmpdir(), 'rt-bench-'))
  try {
    const listening = (): Promise<number> => serve(data, async (_address, ms) => ms)
    const firstToken = (): Promise<number> => serve(data, (address, _ms, started) => firstDelta(address, started))
    const listeningWith = async (name: string, text: string): Promise<() => Promise<number>> => {
      const config = join(data, name)
      await writeFile(config, text)
      return () => serve(data, async (_address, ms) => ms, { RT_CONFIG: config, ANTHROPIC_API_KEY: 'sk-ant-bench' })
    }
    const [remote, plain] = [await listeningWith('remote.toml', REMOTE), await listeningWith('plain.toml', PLAIN)]
    await firstToken() // warms the file cache and creates the data file
    await remote()
    return [
      await compare({ name: 'cold-start.listening', unit: 'ms', rounds, ours: listening, peer: bareNode, target: 0.5 }),
      await measure('cold-start.first-token', rounds, firstToken),
      await compare({ name: 'cold-start.providers', unit: 'ms', rounds, ours: remote, peer: plain, target: 0.9 }),
    ]
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

const bareNode = async (): Promise<number> => {
  const started = performance.now()
  const child = spawn(process.execPath, ['--input-type=module', '-e', 'process.stdout.write("up")'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await firstOutput(child)
  const ms = performance.now() - started
  await exited(child)
  return ms
}

const serve = async (
  data: string,
  use: (address: string, ms: number, started: number) => Promise<number>,
  env: NodeJS.ProcessEnv = {},
): Promise<number> => {
  const started = performance.now()
  const child = spawn(process.execPath, [RT, 'serve', '--port', '0', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  try {
    const output = await firstOutput(child)
    const ms = performance.now() - started
    const address = /http:\/\/\S+/.exec(output)?.[0]
    if (!address) throw new Error(`rt serve said: ${output}`)
    return await use(address, ms, started)
  } finally {
    child.kill('SIGTERM')
    await exited(child)
  }
}

const firstDelta = async (address: string, started: number): Promise<number> => {
  const response = await fetch(`${address}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...PROMPT, model: 'smollm2:135m', stream: true, max_tokens: 4, temperature: 0 }),
  })
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (/"content":"[^"]/.test(text)) return performance.now() - started
  }
  throw new Error(`no token came: ${text}`)
}

const firstOutput = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout!.once('data', (data: Buffer) => resolve(data.toString()))
    child.once('exit', (code) => reject(new Error(`exited with ${code} before it said anything`)))
  })

const exited = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once('exit', () => resolve()))
