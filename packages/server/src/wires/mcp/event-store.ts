import type { EventStore, JSONRPCMessage } from '@modelcontextprotocol/server'

const EVENTS = 1000
const BYTES = 4 * 1024 * 1024

/**
 * What one session was sent last, so that a connection that broke goes on where it was. Bounded: a client that comes back
 * too late for an event is told so, and never given the rest as if it were all.
 */
export const createEventStore = ({
  events = EVENTS,
  bytes = BYTES,
}: { events?: number; bytes?: number } = {}): EventStore => {
  const kept = new Map<string, { stream: string; message: JSONRPCMessage; size: number }>()
  let last = 0
  let size = 0
  const drop = (): void => {
    for (const [id, event] of kept) {
      if (kept.size <= events && size <= bytes) return
      kept.delete(id)
      size -= event.size
    }
  }
  return {
    async storeEvent(stream, message) {
      const id = String(++last)
      const event = { stream, message, size: JSON.stringify(message).length }
      kept.set(id, event)
      size += event.size
      drop()
      return id
    },
    async getStreamIdForEventId(id) {
      return kept.get(id)?.stream
    },
    async replayEventsAfter(id, { send }) {
      // The transport has asked `getStreamIdForEventId`, which knows it.
      const { stream } = kept.get(id)!
      for (const [other, event] of kept) {
        const isPriming = Object.keys(event.message).length === 0
        if (event.stream === stream && Number(other) > Number(id) && !isPriming) await send(other, event.message)
      }
      return stream
    },
  }
}
