import { PRESETS } from '@rt/inference/openai'
import { expect, it } from 'vitest'
import { isKnownPlace, keyVariable, PROVIDER_KINDS } from './provider-kinds.ts'

it('kinds are one vendor, the presets of another and two doors', () => {
  expect([...PROVIDER_KINDS]).toEqual(['anthropic', ...Object.keys(PRESETS), 'kserve', 'ai-sdk'])
  expect(PROVIDER_KINDS.filter((kind) => !isKnownPlace(kind))).toEqual(['kserve', 'ai-sdk'])
})

it('the variables of their keys are those that the drivers read', () => {
  const named = Object.entries(PRESETS).map(([name, { keyVariable: variable }]) => [name, variable])
  expect(PROVIDER_KINDS.map((kind) => [kind, keyVariable(kind)])).toEqual([
    ['anthropic', 'ANTHROPIC_API_KEY'],
    ...named,
    ['kserve', undefined],
    ['ai-sdk', undefined],
  ])
})
