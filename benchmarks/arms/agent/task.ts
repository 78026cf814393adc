/** What all arms of `agent` do: a question, one call of a tool, an answer out of what it returned. */
export const SYSTEM = 'You are a helpful assistant. Look up the weather before you speak of it.'
export const PROMPT = 'Do I need a coat in Oslo today?'
export const TOOL = 'get_weather'
export const DESCRIPTION = 'The weather of a city today.'
export const CITY = 'Oslo'
export const ANSWER =
  'Yes: it is minus three degrees in Oslo and it snows, so take a warm coat and good shoes with you.'

/** What the tool returns; the answer stands on it. */
export const weatherOf = (city: string): { city: string; degrees: number; sky: string } => {
  if (city !== CITY) throw new Error(`the tool was asked about ${JSON.stringify(city)}`)
  return { city, degrees: -3, sky: 'snow' }
}

/** Runs of one round: enough that collecting garbage and writing traces are part of it. */
const RUNS = 150
/** Until the code of each arm is compiled. */
const WARM_UP = 600

/** Milliseconds a run takes, one after the other, each time the benchmark asks. */
export const runRounds = async (run: () => Promise<string>, { runs = RUNS, warmUp = WARM_UP } = {}): Promise<void> => {
  const round = async (count: number): Promise<number> => {
    const started = performance.now()
    for (let i = 0; i < count; i++) {
      const text = await run()
      if (text !== ANSWER) throw new Error(`the run answered ${JSON.stringify(text)}`)
    }
    return (performance.now() - started) / count
  }
  await round(warmUp)
  process.on('message', async () => process.send!(await round(runs)))
  process.send!('ready')
}
