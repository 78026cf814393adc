import { type Clock, RtError, systemClock, type Tool } from '@rt/core'
import { tool } from '../tool.ts'
import { objectSchema } from './object-schema.ts'

export interface NowOptions {
  /** Zone where the model names none, such as `Europe/Berlin`. Default: this machine's. */
  timeZone?: string
  /** Default: the system's. */
  clock?: Clock
}

/**
 * Date and time.
 *
 * @throws RtError `invalid_request` for a zone that does not exist.
 */
export const createNowTool = ({ timeZone = systemZone(), clock = systemClock }: NowOptions = {}): Tool => {
  describe(0, timeZone, 'invalid_request')
  return {
    ...tool({
      name: 'now',
      description:
        'Tells the current date, time and day of the week. Use it whenever an answer depends on today, such as "next Friday" or "how old".',
      inputSchema: objectSchema<{ time_zone?: string }>({
        time_zone: {
          type: 'string',
          description: `IANA zone such as "America/New_York". Leave it out for ${timeZone}.`,
          maxLength: 64,
        },
      }),
      execute: ({ time_zone: zone }) => describe(clock.now(), zone || timeZone, 'tool_arguments'),
    }),
    sideEffects: [],
  }
}

const describe = (ms: number, timeZone: string, code: 'tool_arguments' | 'invalid_request'): Record<string, string> => {
  const parts = partsOf(ms, timeZone, code)
  const date = `${parts['year']}-${parts['month']}-${parts['day']}`
  const time = `${parts['hour']}:${parts['minute']}:${parts['second']}`
  const offset = parts['timeZoneName']!.slice('GMT'.length) || '+00:00'
  return { date, time, weekday: parts['weekday']!, time_zone: timeZone, iso: `${date}T${time}${offset}` }
}

const partsOf = (ms: number, timeZone: string, code: 'tool_arguments' | 'invalid_request'): Record<string, string> => {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      weekday: 'long',
      timeZoneName: 'longOffset',
    })
    return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]))
  } catch (cause) {
    throw new RtError({
      code,
      message: `${JSON.stringify(timeZone)} is no time zone. Use an IANA name such as "Europe/Berlin" or "UTC".`,
      cause,
    })
  }
}

const systemZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone
