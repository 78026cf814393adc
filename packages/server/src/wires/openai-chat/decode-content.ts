import type { Part } from '@rt/core'
import { invalidField, unsupportedField } from '../../errors/error-response.ts'
import type { ChatContent, ChatContentPart } from './body.ts'
import { decodeFile, FILE_TYPES } from './decode-file.ts'

/**
 * What a user says, as text or as parts in their order.
 *
 * @throws RtError `invalid_request` or `unsupported`, naming the field.
 */
export const decodeContent = (content: ChatContent, at: string): string | Part[] => {
  if (typeof content === 'string' || !content.some(({ type }) => FILE_TYPES.has(type))) return decodeText(content, at)
  return content.map((part, index): Part => {
    const field = `${at}[${index}]`
    return FILE_TYPES.has(part.type)
      ? decodeFile(part, field)
      : { type: 'text', text: textOf(part, field).toWellFormed() }
  })
}

/** Content of those who only write: the text of all parts, joined. */
export const decodeText = (content: ChatContent, at: string): string =>
  typeof content === 'string'
    ? content.toWellFormed()
    : content
        .map((part, index) => textOf(part, `${at}[${index}]`))
        .join('')
        .toWellFormed()

const textOf = (part: ChatContentPart, at: string): string => {
  if (part.type === 'refusal' && part.refusal !== undefined) return part.refusal
  if (part.type !== 'text') throw notText(at, part.type)
  if (part.text === undefined) throw invalidField(`${at}.text`, 'a text part needs its text.')
  return part.text
}

const notText = (at: string, type: string): Error =>
  FILE_TYPES.has(type)
    ? unsupportedField(at, `parts of type "${type}" are read in messages of the user only.`, 'Send it as the user.')
    : unsupportedField(
        at,
        `parts of type ${JSON.stringify(type.slice(0, 40))} cannot be read.`,
        `There are: text, ${[...FILE_TYPES].join(', ')}.`,
      )
