import type { ModelRequest } from '@rt/core'
import { missingCapability } from './capabilities.ts'
import type { RouteLeg } from './leg.ts'
import { localOnlyCarriers } from './privacy.ts'

export interface SkippedLeg {
  leg: RouteLeg
  code: 'local_only' | 'unsupported'
  why: string
}

/** Which legs may be asked, in order. Privacy comes first: such a leg is not even asked to count tokens. */
export const chooseLegs = (
  legs: RouteLeg[],
  request: ModelRequest,
): { legs: RouteLeg[]; skipped: SkippedLeg[]; carriers: string[] } => {
  const carriers = localOnlyCarriers(request.messages)
  const skipped: SkippedLeg[] = []
  const chosen = legs.filter((leg) => {
    const missing = missingCapability(request, leg.capabilities)
    if (carriers.length && !leg.capabilities.local)
      skipped.push({ leg, code: 'local_only', why: `it is not on this machine, and local-only is ${list(carriers)}` })
    else if (missing) skipped.push({ leg, code: 'unsupported', why: `it cannot do ${missing}` })
    else return true
    return false
  })
  return { legs: chosen, skipped, carriers }
}

const list = (carriers: string[]): string =>
  carriers.length <= 3 ? carriers.join(', ') : `${carriers.slice(0, 3).join(', ')} and ${carriers.length - 3} more`
