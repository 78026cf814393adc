import { describe, expect, it } from 'vitest'
import { providerConformance } from '../../conformance/index.ts'
import { anthropicWire } from './__fixtures__/fake-wire.ts'
import { createAnthropic } from './index.ts'
import type { AnthropicVersion } from './options.ts'

const versions: AnthropicVersion[] = ['2023-06-01', '2026-10-21']
for (const version of versions)
  providerConformance(
    {
      name: `anthropic ${version}`,
      create: ({ url, ...options }) => createAnthropic({ baseURL: url, version, ...options }),
      wire: anthropicWire,
    },
    { describe, it, expect },
  )
