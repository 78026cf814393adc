import { RtError, type RunStatus } from '@rt/core'

export const noRun = (id: string): RtError =>
  new RtError({ code: 'not_found', message: `there is no run ${id}.`, hint: 'rt runs lists them.', data: { run: id } })

export const runEnded = (id: string, status: RunStatus): RtError =>
  new RtError({ code: 'conflict', message: `run ${id} has ended: it is ${status}.`, data: { run: id, status } })

export const runTaken = (id: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `run ${id} is gone on with elsewhere.`,
    hint: 'Read its stream instead.',
    data: { run: id },
  })

export const runExists = (id: string): RtError =>
  new RtError({ code: 'conflict', message: `run ${id} exists already.` })

export const notWaiting = (id: string, status: RunStatus): RtError =>
  new RtError({
    code: 'conflict',
    message: `run ${id} is ${status}: it waits for nobody.`,
    hint: 'Only a call of a run that is waiting can be decided.',
    data: { run: id, status },
  })

export const noCall = (id: string, call: string, waiting: string[]): RtError =>
  new RtError({
    code: 'not_found',
    message: `run ${id} has no call ${call} that waits.`,
    hint: waiting.length ? `Waiting: ${waiting.join(', ')}.` : 'None of its calls waits.',
    data: { run: id, call },
  })

export const otherCall = (id: string, call: string): RtError =>
  new RtError({
    code: 'conflict',
    message: `call ${call} of run ${id} is another than the one that was seen: its hash differs.`,
    hint: 'Read the run again, and decide about what it shows now.',
    data: { run: id, call },
  })

export const decidedBefore = (id: string, call: string, approved: boolean): RtError =>
  new RtError({
    code: 'conflict',
    message: `call ${call} of run ${id} was ${approved ? 'approved' : 'denied'} before.`,
    hint: 'A decision stands. Cancel the run to stop it.',
    data: { run: id, call },
  })

export const partsGone = (id: string, first: number): RtError =>
  new RtError({
    code: 'not_found',
    message: `the first ${first} parts of run ${id} are no longer kept.`,
    hint: `Read on from ${first}.`,
    data: { run: id, after: first },
  })
