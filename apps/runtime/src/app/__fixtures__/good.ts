import { type AppFactory, defineApp, tool } from '@rt/runtime'
import { z } from 'zod'

interface Weather {
  city: string
  celsius: number
}

const app: AppFactory = defineApp(({ rt }) => ({
  tools: [
    tool({
      name: 'weather',
      description: 'Current weather of a city',
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }): Promise<Weather> => ({ city, celsius: 21 }),
    }),
  ],
  agents: { pirate: { description: 'Talks like a pirate', system: 'Talk like a pirate.', tools: ['weather'] } },
  routes: { 'GET /hello/:name': (_request, { params }) => Response.json({ hello: params['name'], data: rt.data }) },
}))

export default app
