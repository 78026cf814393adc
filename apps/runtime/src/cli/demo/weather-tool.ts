import { tool } from '@rt/tools'
import type { Tool } from '@rt/core'

const SKIES = ['sun', 'clouds', 'rain', 'fog', 'wind']

/** A tool for the demo. The forecast is invented from the city's letters, since the demo needs no network. */
export const createWeatherTool = (): Tool =>
  tool({
    name: 'get_weather',
    description: 'Current weather of a city',
    inputSchema: {
      jsonSchema: {
        type: 'object',
        properties: { city: { type: 'string', minLength: 1, maxLength: 40 } },
        required: ['city'],
        additionalProperties: false,
      },
    },
    execute: async (input) => {
      const { city } = input as { city: string }
      const seed = Array.from(city.toLowerCase()).reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 9973, 7)
      return { city, weather: `${4 + (seed % 20)} degrees and ${SKIES[seed % SKIES.length]!}` }
    },
  })
