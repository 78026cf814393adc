import type { Reasoning } from '@rt/core'
import type { WireWarning } from '../decode-body.ts'

/** OpenAI's words; some of its models alone tell the outer ones apart. */
export const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const
export type Effort = (typeof EFFORTS)[number]

const NEAREST: Partial<Record<Effort, 'low' | 'high'>> = { minimal: 'low', xhigh: 'high', max: 'high' }

/** `reasoning_effort`, and a warning where the word is not one of the IR. */
export const decodeReasoning = (effort: Effort | null | undefined): { value?: Reasoning; warnings: WireWarning[] } => {
  if (!effort) return { warnings: [] }
  const nearest = NEAREST[effort]
  if (!nearest) return { value: { effort: effort as NonNullable<Reasoning['effort']> }, warnings: [] }
  return {
    value: { effort: nearest },
    warnings: [{ id: 'reasoning_effort', message: `reasoning_effort ${effort} is read as ${nearest}` }],
  }
}
