/** What all arms of `call` send and get. */
export const SYSTEM = 'You are a helpful assistant. Answer in one short sentence.'
export const PROMPT = 'What does a lighthouse keeper do at night?'
export const ANSWER =
  'The keeper trims the lamp, winds the clockwork, notes the weather and listens for ships in the fog.'
export const MODEL = 'fake-1'
export const MAX_TOKENS = 1024

/** Calls of one round: enough that collecting garbage and writing traces are part of it. */
const CALLS = 300
/** Until the code of each arm is compiled. */
const WARM_UP = 2000

/** Milliseconds a call takes, one after the other, each time the benchmark asks. */
export const answerRounds = async (call: () => Promise<string | null | undefined>): Promise<void> => {
  const checked = async (): Promise<void> => {
    const text = await call()
    if (text !== ANSWER) throw new Error(`the call answered ${JSON.stringify(text)}`)
  }
  const round = async (calls: number): Promise<number> => {
    const started = performance.now()
    for (let i = 0; i < calls; i++) await checked()
    return (performance.now() - started) / calls
  }
  await round(WARM_UP)
  process.on('message', async () => process.send!(await round(CALLS)))
  process.send!('ready')
}
