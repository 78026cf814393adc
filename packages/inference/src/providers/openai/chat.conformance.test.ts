import { describe, expect, it } from 'vitest'
import { providerConformance } from '../../conformance/index.ts'
import { chatWire } from './__fixtures__/chat-wire.ts'
import { createOpenAI } from './index.ts'

providerConformance(
  {
    name: 'openai chat',
    wire: chatWire,
    create: ({ url, ...options }) => createOpenAI({ baseURL: `${url}/v1`, ...options }),
  },
  { describe, it, expect },
)
