// One turn with retrieval and a forced tool, so that one trace holds a span of each kind.
import { createWeatherTool } from '../cli/demo/weather-tool.ts'
import { createRuntime } from '../index.ts'

const [data, folder] = process.argv.slice(2)
await using rt = await createRuntime({ data })
await rt.ingest(folder!)
await rt.thread('ada').generate('May I take a taxi in Oslo when it rains? What is the weather in Oslo?', {
  tools: [createWeatherTool()],
  toolChoice: 'required',
  maxOutputTokens: 48,
})
