import { closeSync, fstatSync, openSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { RtError } from '@rt/core'
import { checkTensor, type ExternalData } from './check-tensor.ts'
import { brokenProto, createProtoReader, type ProtoReader, type Range } from './proto-reader.ts'
import { type ExternalFile, resolveExternal } from './resolve-external.ts'

export interface CheckedModelFile {
  /** Of the model file and those beside it. */
  weightsBytes: number
  /** Paths of files beside it that hold weights. */
  external: string[]
}

/** A loop in a loop in a loop: no model goes deeper, and native code recurses. */
const DEEPEST = 16
const MOST_FILES = 1000

/**
 * Reads an ONNX file before native code does: whether it is whole, whether its tensors have the bytes they claim, and
 * whether its weights lie in its own folder. Memory does not grow with the file.
 *
 * @throws RtError `model_unavailable` when it cannot be read, `model_invalid` when it must not be loaded.
 */
export const checkModelFile = (path: string, id: string): CheckedModelFile => {
  const fd = open(path, id)
  try {
    const { size } = fstatSync(fd)
    const files = new Map<string, ExternalFile>()
    let folder: string | undefined
    const onExternal = ({ location, offset, bytes }: ExternalData): void => {
      folder ??= realpathSync(dirname(path))
      const file = files.get(location) ?? resolveExternal(folder, location)
      files.set(location, file)
      if (files.size > MOST_FILES) throw brokenProto(`keeps weights in more than ${MOST_FILES} files`)
      if (offset + bytes > file.size)
        throw brokenProto(`keeps weights beyond the end of "${location}" (${offset + bytes} of ${file.size} bytes)`)
    }
    checkModel(createProtoReader(fd, size), size, onExternal)
    const external = [...files.values()]
    return {
      weightsBytes: size + external.reduce((sum, file) => sum + file.size, 0),
      external: external.map((file) => file.path),
    }
  } catch (error) {
    if (!RtError.isInstance(error)) throw error
    throw new RtError({
      code: 'model_invalid',
      message: `the model file of ${id} ${error.message}.`,
      hint: 'It was not loaded. Fetch it again from a source you trust: rt pull <name>.',
    })
  } finally {
    closeSync(fd)
  }
}

const open = (path: string, id: string): number => {
  const unreadable = (why: string, hint: string, cause?: unknown): RtError =>
    new RtError({ code: 'model_unavailable', message: `the model file of ${id} ${why}.`, hint, cause })
  let isFile: boolean
  try {
    // Looked at first: opening a pipe would wait for whoever writes to it.
    isFile = statSync(path).isFile()
    if (isFile) return openSync(path, 'r')
  } catch (cause) {
    throw unreadable('cannot be read', 'Fetch the model again: rt pull <name>.', cause)
  }
  throw unreadable('is no file', 'Name the .onnx file itself, not its folder.')
}

type OnExternal = (data: ExternalData) => void

/** ModelProto: the graph and the functions it may call. */
const checkModel = (reader: ProtoReader, size: number, onExternal: OnExternal): void => {
  let graphs = 0
  for (const { number, wire, range } of reader.fields({ start: 0, end: size })) {
    if (wire !== 'bytes') continue
    if (number === 7) {
      graphs++
      checkGraph(reader, range, onExternal, 0)
    } else if (number === 20) throw brokenProto('is made for training')
    else if (number === 25) checkFunction(reader, range, onExternal)
  }
  if (graphs !== 1) throw brokenProto('is no ONNX model')
}

const checkGraph = (reader: ProtoReader, graph: Range, onExternal: OnExternal, depth: number): void => {
  if (depth > DEEPEST) throw brokenProto(`has graphs within graphs, more than ${DEEPEST} deep`)
  for (const { number, wire, range } of reader.fields(graph)) {
    if (wire !== 'bytes') continue
    if (number === 1) checkNode(reader, range, onExternal, depth)
    else if (number === 5) tensor(reader, range, onExternal)
    else if (number === 15) throw brokenProto('has sparse weights, which are not loaded')
  }
}

const checkFunction = (reader: ProtoReader, body: Range, onExternal: OnExternal): void => {
  for (const { number, wire, range } of reader.fields(body))
    if (number === 7 && wire === 'bytes') checkNode(reader, range, onExternal, 0)
    else if (number === 11 && wire === 'bytes') checkAttribute(reader, range, onExternal, 0)
}

const checkNode = (reader: ProtoReader, node: Range, onExternal: OnExternal, depth: number): void => {
  for (const { number, wire, range } of reader.fields(node))
    if (number === 5 && wire === 'bytes') checkAttribute(reader, range, onExternal, depth)
}

const checkAttribute = (reader: ProtoReader, attribute: Range, onExternal: OnExternal, depth: number): void => {
  const seen = new Set<number>()
  for (const { number, wire, range } of reader.fields(attribute)) {
    if (wire !== 'bytes') continue
    // Protobuf merges two messages of one field into one that was never looked at.
    if ((number === 5 || number === 6) && seen.has(number)) throw brokenProto('has an attribute with two values')
    seen.add(number)
    if (number === 5 || number === 10) tensor(reader, range, onExternal)
    else if (number === 6 || number === 11) checkGraph(reader, range, onExternal, depth + 1)
    else if (number === 22 || number === 23) throw brokenProto('has sparse weights, which are not loaded')
  }
}

const tensor = (reader: ProtoReader, range: Range, onExternal: OnExternal): void => {
  const external = checkTensor(reader, range)
  if (external) onExternal(external)
}
