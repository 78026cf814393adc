import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRandom } from '../random.ts'
import type { Seen } from './look.ts'
import { emptyState, type Kind, operationAt, outcomes, type State } from './plan.ts'

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
/** One that waits for what it is to be killed at is killed after this long, whatever it does. */
const PATIENCE_MS = 2500

/** When a round kills. */
export type Moment =
  | { at: 'random'; afterMs: number }
  | { at: 'open'; afterMs: number }
  | { at: 'acknowledgement'; count: number; afterMs: number }
  | { at: Kind; afterMs: number }
  | { at: 'index file'; afterMs: number }

export interface Round {
  at: string
  /** Writes it had acknowledged. */
  acknowledged: number
  /** Whether the write under way was found afterwards, where there was one that changes something. */
  underWay: 'stored' | 'in part' | 'not stored' | undefined
  /** Of the process after it. */
  openMs: number
  recall: number[]
}

const TARGETED: Kind[] = ['upsert', 'import', 'update', 'delete', 'delete by filter', 'alias', 'compact']

const momentOf = (random: () => number): Moment => {
  const share = random()
  if (share < 0.25) return { at: 'random', afterMs: random() * 250 }
  if (share < 0.35) return { at: 'open', afterMs: 100 + random() * 500 }
  if (share < 0.6) return { at: 'acknowledgement', count: 1 + Math.floor(random() * 40), afterMs: random() * 3 }
  if (share < 0.75) return { at: 'index file', afterMs: random() * 5 }
  return { at: TARGETED[Math.floor(random() * TARGETED.length)]!, afterMs: random() * 4 }
}

export interface Subject {
  /** Of `subjects.ts`. */
  kind: string
  path: string
  /** Says what is written, and when it is killed. */
  seed: number
}

interface Lines {
  seen: (Seen & { openMs: number }) | undefined
  /** Numbers of what was acknowledged. */
  done: number[]
  begun: number | undefined
  errors: string
  signal: string | null
}

/** Starts the child, kills it at the moment, and gives back what it had said. */
const runAndKill = async (
  { kind, path, seed }: Subject,
  first: number,
  moment: Moment | undefined,
): Promise<Lines> => {
  const args = [CHILD, path, String(seed), String(first), kind, ...(moment ? [] : ['end'])]
  const child = spawn(process.execPath, ['--conditions=@rt/source', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: Lines = { seen: undefined, done: [], begun: undefined, errors: '', signal: null }
  child.stderr.on('data', (data) => (lines.errors += String(data)))
  const exit = once(child, 'exit')
  const timers: NodeJS.Timeout[] = []
  const kill = (afterMs: number): void =>
    void timers.push(setTimeout(() => child.kill('SIGKILL'), Math.round(afterMs)))
  const files = moment?.at === 'index file' ? watch(dirname(path), { recursive: true }) : undefined
  files?.on('change', (_, name) => {
    if (lines.seen && String(name).includes('-index')) kill(moment!.afterMs)
  })
  if (moment?.at === 'open') kill(moment.afterMs)
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as { seen?: never; state?: object; begins?: number; done?: number; kind?: Kind }
    if (line.state) {
      lines.seen = line as unknown as Lines['seen']
      if (moment) kill(moment.at === 'random' ? moment.afterMs : PATIENCE_MS)
    }
    if (line.begins !== undefined) {
      lines.begun = line.begins
      if (moment && line.kind === moment.at) kill(moment.afterMs)
    }
    if (line.done !== undefined) lines.done.push(line.done)
    if (moment?.at === 'acknowledgement' && lines.done.length === moment.count) kill(moment.afterMs)
  }
  const [, signal] = (await exit) as [number | null, string | null]
  lines.signal = signal
  files?.close()
  timers.forEach(clearTimeout)
  return lines
}

/**
 * Kills a process that writes, round after round on one store, and has the next one say what it finds.
 *
 * @throws Error as soon as something acknowledged is missing, something is there in part, or an answer is wrong.
 */
export const killRounds = async (subject: Subject, count: number): Promise<Round[]> => {
  const { seed } = subject
  const random = createRandom(seed)
  const rounds: Round[] = []
  let possible: State[] = [emptyState()]
  let next = 1
  let killed: Omit<Round, 'underWay' | 'openMs' | 'recall'> | undefined
  for (let round = 0; round <= count; round++) {
    const moment = round < count ? momentOf(random) : undefined
    const lines = await runAndKill(subject, next, moment)
    const what = `${subject.kind}, seed ${seed}, round ${round}, killed before at ${killed?.at ?? 'nothing'}`
    if (moment ? lines.signal !== 'SIGKILL' : lines.signal !== null) throw new Error(`${what}: ${lines.errors}`)
    if (lines.seen) {
      const found = check(lines.seen, possible, what)
      if (killed) {
        const { openMs, recall } = lines.seen
        const last = possible.length - 1
        const underWay = last === 0 ? undefined : found === last ? 'stored' : found === 0 ? 'not stored' : 'in part'
        rounds.push({ ...killed, underWay, openMs, recall })
      }
      killed = { at: moment?.at ?? '', acknowledged: lines.done.length }
      let state = possible[found]!
      for (const number of lines.done) state = outcomes(state, number, operationAt(seed, number)).at(-1)!
      const begun = lines.begun === undefined || lines.done.includes(lines.begun) ? undefined : lines.begun
      possible = begun === undefined ? [state] : outcomes(state, begun, operationAt(seed, begun))
      next = (lines.begun ?? next - 1) + 1
    } else rounds.push({ at: 'open', acknowledged: 0, underWay: undefined, openMs: 0, recall: [] })
  }
  return rounds
}

/** @returns which of the possible states it is. */
const check = ({ state, problems }: Seen, possible: State[], what: string): number => {
  if (problems.length) throw new Error(`${what}: ${problems.slice(0, 5).join('; ')}`)
  const found = possible.findIndex((one) => canonical(one) === canonical(state))
  if (found < 0)
    throw new Error(`${what}: ${possible.map((one) => difference(one, state)).join(' — and were it the next: ')}`)
  return found
}

const canonical = ({ collections, alias }: State): string =>
  JSON.stringify([
    alias,
    Object.entries(collections).map(([name, records]) => [
      name,
      Object.entries(records).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  ])

const difference = (wanted: State, found: State): string => {
  const problems = wanted.alias === found.alias ? [] : [`alias ${wanted.alias} is ${found.alias}`]
  for (const [name, records] of Object.entries(wanted.collections)) {
    const others = found.collections[name]!
    for (const id of new Set([...Object.keys(records), ...Object.keys(others)]))
      if (String(records[id]) !== String(others[id]))
        problems.push(`${name}/${id} should be ${String(records[id] ?? 'gone')} and is ${String(others[id] ?? 'gone')}`)
  }
  return `${problems.length} differences: ${problems.slice(0, 5).join('; ')}`
}
