// What `rt dev app.ts` and `rt serve app.ts` serve: your tools, agents and routes.
import { defineApp, tool } from '@rt/runtime'
import { z } from 'zod'

/** In euros. A real shop would ask its database. */
const PRICES = { 'flat tyre': 12, brakes: 35, chain: 28, 'full service': 90 }

/** A function the model may call. What it writes as input is checked against the schema before anything runs. */
export const repairPrice = tool({
  name: 'repair_price',
  description: 'Price of a bicycle repair in euros',
  inputSchema: z.object({
    repair: z.enum(['flat tyre', 'brakes', 'chain', 'full service']),
    pickup: z.boolean().default(false).describe('Whether we fetch the bicycle, for 15 euros more'),
  }),
  // A sentence is read well also by a small model; an object works too.
  execute: ({ repair, pickup }) => `The repair of ${repair} costs ${PRICES[repair] + (pickup ? 15 : 0)} euros.`,
})

export default defineApp({
  tools: [repairPrice],

  // A model with instructions and tools under a name of its own: clients ask for the model "clerk".
  agents: {
    clerk: {
      description: 'Answers customers of the bicycle workshop',
      system: 'You are the clerk of a bicycle workshop. Answer in one short sentence.',
      tools: ['repair_price'],
      retrieve: true,
    },
  },

  // Plain HTTP beside the API of rt, from Request to Response.
  routes: {
    'GET /prices': () => Response.json(PRICES),
  },
})
