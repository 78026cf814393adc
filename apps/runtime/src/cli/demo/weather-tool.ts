import { tool } from '@rt/tools'
import type { Tool } from '@rt/core'

const SKIES = ['sunny', 'cloudy', 'rain', 'snow', 'fog', 'windy']

/** A tool for the demo. The forecast is invented from the city's letters, since the demo needs no network. */
export const createWeatherTool = (): Tool =>
  tool({
    name: 'get_weather',
    description: 'Current weather of a city',
    inputSchema: {
      jsonSchema: {
        type: 'object',
        properties: { city: { type: 'string', maxLength: 40 } },
        required: ['city'],
        additionalProperties: false,
      },
    },
    execute: async (input) => {
      const { city } = input as { city: string }
      const seed = Array.from(city.toLowerCase()).reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)!) % 9973, 7)
      return { city, celsius: (seed % 30) - 5, sky: SKIES[seed % SKIES.length]! }
    },
  })
