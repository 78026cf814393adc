import { readSync } from 'node:fs'
import { RtError } from '@rt/core'

/** Bytes of a file from `start` up to `end`. */
export interface Range {
  start: number
  end: number
}

/** One field of a protobuf message. `range` lies around its bytes; `value` is that of a varint. */
export interface ProtoField {
  number: number
  wire: 'varint' | 'fixed64' | 'bytes' | 'fixed32'
  value: number
  range: Range
}

/**
 * Walks the fields of protobuf messages in a file through one window of 64 kB, whatever the file claims to hold. Bytes
 * nobody asks for are jumped over.
 */
export interface ProtoReader {
  /** @throws RtError `model_invalid` where the message is cut or no protobuf. */
  fields(message: Range): Generator<ProtoField, void, void>
  /** @throws RtError `model_invalid` above 4 kB: no name of a model is longer. */
  text(range: Range): string
  /** Varints one after the other, as packed lists hold them. @throws RtError `model_invalid` */
  varints(range: Range): Generator<number, void, void>
}

const WINDOW = 64 * 1024
const LONGEST_TEXT = 4096
/** Groups (3, 4) are no longer written by anybody. */
const WIRES: Readonly<Record<number, ProtoField['wire']>> = { 0: 'varint', 1: 'fixed64', 2: 'bytes', 5: 'fixed32' }

export const createProtoReader = (fd: number, size: number): ProtoReader => {
  const window = Buffer.alloc(WINDOW)
  let from = 0
  let filled = 0

  const byteAt = (at: number): number => {
    if (at < from || at >= from + filled) {
      from = at
      filled = at < size ? readSync(fd, window, 0, WINDOW, at) : 0
      if (filled === 0) throw brokenProto('ends before what it announces')
    }
    return window[at - from]!
  }
  /** Above 2^53 it is no longer exact, which only a file has that is refused for it. Negative numbers are 64 bits. */
  const varint = (at: number, end: number): { value: number; next: number } => {
    let value = 0
    for (let i = 0; i < 10; i++) {
      if (at + i >= end) throw brokenProto('ends within a number')
      const byte = byteAt(at + i)
      value += (byte & 127) * 2 ** (7 * i)
      if (byte < 128) return { value: value >= 2 ** 63 ? value - 2 ** 64 : value, next: at + i + 1 }
    }
    throw brokenProto('holds a number of more than ten bytes')
  }

  return {
    *fields({ start, end }) {
      let at = start
      while (at < end) {
        const tag = varint(at, end)
        const number = Math.floor(tag.value / 8)
        const wire = WIRES[tag.value % 8]
        if (!wire || number < 1) throw brokenProto('is no protobuf')
        const { value, next } =
          wire === 'varint' || wire === 'bytes' ? varint(tag.next, end) : { value: 0, next: tag.next }
        const length = wire === 'bytes' ? value : wire === 'fixed64' ? 8 : wire === 'fixed32' ? 4 : 0
        if (length < 0 || length > end - next) throw brokenProto('ends before what it announces')
        const range = wire === 'varint' ? { start: tag.next, end: next } : { start: next, end: next + length }
        yield { number, wire, value: wire === 'varint' ? value : 0, range }
        at = range.end
      }
    },
    text({ start, end }) {
      if (end - start > LONGEST_TEXT) throw brokenProto(`holds a name of ${end - start} bytes`)
      const bytes = Buffer.alloc(end - start)
      for (let i = 0; i < bytes.length; i++) bytes[i] = byteAt(start + i)
      return bytes.toString('utf8')
    },
    *varints({ start, end }) {
      for (let at = start; at < end;) {
        const { value, next } = varint(at, end)
        yield value
        at = next
      }
    },
  }
}

/** What is wrong with the file; whoever knows the model's name puts it around. */
export const brokenProto = (message: string): RtError => new RtError({ code: 'model_invalid', message })
