import { describe, expect, it } from 'vitest'
import { providerConformance } from '../../conformance/index.ts'
import { responsesWire } from './__fixtures__/responses-wire.ts'
import { createOpenAI } from './index.ts'

providerConformance(
  {
    name: 'openai responses',
    wire: responsesWire,
    create: ({ url, ...options }) => createOpenAI({ baseURL: `${url}/v1`, api: 'responses', ...options }),
  },
  { describe, it, expect },
)
