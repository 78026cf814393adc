import { abortError, type Clock, openScope, systemClock } from '@rt/core'
import type { MemoryEstimate } from '../driver-kit/memory-estimate.ts'
import { fullLine, noRoom, tooLarge } from './room-error.ts'

/** What wants to be in memory. */
export interface Claim {
  id: string
  pinned: boolean
  need: MemoryEstimate
  /** No request runs. */
  isIdle(): boolean
  /** When the last request ended, on the monotonic clock. */
  usedAt(): number
  /** Asks it to give its place back; only while it is idle. */
  leave(): void
}

/** A place in memory. */
export interface Place {
  readonly id: string
  readonly pinned: boolean
  /** Of the budget; with all the caches it may open. */
  readonly bytes: number
  /** Most that its key-value caches may hold. */
  readonly kvBytes: number
  isIdle(): boolean
  /** It took so much more than was expected; less changes nothing. */
  grow(bytes: number): void
  /** It is going: nobody is sent away for what it will give back. */
  leaves(): void
  free(): void
}

export interface RoomState {
  budgetBytes: number
  /** Of models, and of the processes they run in. */
  usedBytes: number
  processes: { id: string; bytes: number }[]
  /** Models that wait for room. */
  waiting: number
}

/** The memory that models may take together, and the line of those that wait for some. */
export interface Room {
  /**
   * A place, at once or when others have left. Idle models that are not pinned are asked to leave, the one that was used
   * longest ago first.
   *
   * @throws RtError `model_unavailable` or `invalid_request` for what can never fit, `overloaded` when the line is full or
   * took too long, `aborted`.
   */
  admit(claim: Claim, signal: AbortSignal): Promise<Place>
  /** Takes what a process of an engine needs for itself; again = in place of what was taken before. */
  reserve(id: string, bytes: number): void
  /** Somebody became idle: those in line are looked at again. */
  changed(): void
  state(): RoomState
}

export interface RoomOptions {
  budgetBytes: number
  /** Longest wait for room, ms. */
  waitMs: number
  /** Most models that wait. */
  maxWaiting: number
  clock?: Clock
}

interface Held extends Place {
  claim: Claim
  leaving: boolean
}

interface Waiting {
  claim: Claim
  enter(place: Place): void
}

export const createRoom = ({ budgetBytes, waitMs, maxWaiting, clock = systemClock }: RoomOptions): Room => {
  const processes = new Map<string, number>()
  const held = new Set<Held>()
  let line: Waiting[] = []

  const own = (): number => sum([...processes.values()])
  const used = (): number => own() + sum(Array.from(held, ({ bytes }) => bytes))

  const enter = (claim: Claim): Place => {
    const { need } = claim
    const least = leastBytes(need)
    const kvBytes = grantedCaches(need, free() - least)
    let bytes = least - need.kvBytes.least + kvBytes
    const place: Held = {
      id: claim.id,
      pinned: claim.pinned,
      get bytes() {
        return bytes
      },
      kvBytes,
      isIdle: () => claim.isIdle(),
      claim,
      leaving: false,
      grow(by) {
        bytes += Math.max(0, by)
      },
      leaves() {
        place.leaving = true
      },
      free() {
        if (held.delete(place)) look()
      },
    }
    held.add(place)
    return place
  }
  const free = (): number => budgetBytes - used()

  /** Lets in who fits. One that needs much does not hold up those behind it: they may be what it waits for. */
  const look = (): void => {
    for (const one of line.filter(({ claim }) => leastBytes(claim.need) <= free())) {
      if (leastBytes(one.claim.need) > free()) continue
      line = line.filter((other) => other !== one)
      one.enter(enter(one.claim))
    }
    for (const { claim } of line) if (makeRoom(leastBytes(claim.need))) return
  }
  /** Sends away as many as it takes; none when that would not be enough. */
  const makeRoom = (bytes: number): boolean => {
    const gone = sum(Array.from(held, (place) => (place.leaving ? place.bytes : 0)))
    let lacking = bytes - free() - gone
    const idle = [...held]
      .filter(({ claim, leaving }) => !leaving && !claim.pinned && claim.isIdle())
      .toSorted((a, b) => a.claim.usedAt() - b.claim.usedAt())
    if (sum(idle.map((place) => place.bytes)) < lacking) return false
    for (const place of idle) {
      if (lacking <= 0) break
      lacking -= place.bytes
      place.claim.leave()
    }
    return true
  }

  return {
    async admit(claim, signal) {
      if (signal.aborted) throw abortError(signal)
      const least = leastBytes(claim.need)
      const pinned = [...held].filter((place) => place.pinned)
      const most = budgetBytes - own() - sum(pinned.map(({ bytes }) => bytes))
      if (least > most) throw tooLarge(claim, { budgetBytes, roomBytes: most, processBytes: own(), pinned })
      if (line.length >= maxWaiting) throw fullLine(claim.id, line.length)
      const over = openScope(signal)
      try {
        return await new Promise<Place>((resolve, reject) => {
          const waiting: Waiting = { claim, enter: resolve }
          const leaveLine = (): void => {
            line = line.filter((other) => other !== waiting)
          }
          line.push(waiting)
          look()
          if (!line.includes(waiting)) return
          over.signal.addEventListener('abort', () => {
            leaveLine()
            reject(abortError(signal))
          })
          clock.sleep(waitMs, over.signal).then(
            () => {
              leaveLine()
              reject(noRoom(claim, { budgetBytes, usedBytes: used(), processBytes: own(), held: [...held], waitMs }))
            },
            () => {},
          )
        })
      } finally {
        over.end()
      }
    },
    reserve(id, bytes) {
      processes.set(id, bytes)
      look()
    },
    changed: look,
    state: () => ({
      budgetBytes,
      usedBytes: used(),
      processes: Array.from(processes, ([id, bytes]) => ({ id, bytes })),
      waiting: line.length,
    }),
  }
}

/** Of what is left beside it: the next model must find room too, or each would send the other away. */
const SHARE_OF_CACHES = 1 / 3

/** One conversation, and as many more, whole ones, as that share holds. All when it holds them, which need not be whole. */
const grantedCaches = ({ kvBytes: { least, most } }: MemoryEstimate, left: number): number => {
  const more = left * SHARE_OF_CACHES
  if (most - least <= more || least === 0) return most
  return least * (1 + Math.max(0, Math.floor(more / least)))
}

/** With one conversation. */
export const leastBytes = ({ weightsBytes, kvBytes, otherBytes }: MemoryEstimate): number =>
  weightsBytes + kvBytes.least + otherBytes

const sum = (all: number[]): number => all.reduce((total, one) => total + one, 0)
