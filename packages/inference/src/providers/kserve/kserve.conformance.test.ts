import { describe, expect, it } from 'vitest'
import { providerConformance } from '../../conformance/index.ts'
import { generateWire } from './__fixtures__/generate-wire.ts'
import { createKServe } from './index.ts'

providerConformance(
  {
    name: 'kserve generate_stream',
    wire: generateWire,
    without: ['tools', 'parallel-tools', 'tool-choice', 'structured-output', 'reasoning'],
    create: ({ url, ...options }) =>
      createKServe({ baseURL: url, models: { 'org/test-model:1': { reports: true } }, ...options }),
  },
  { describe, it, expect },
)
