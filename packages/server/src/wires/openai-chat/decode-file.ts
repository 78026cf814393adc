import type { FilePart } from '@rt/core'
import { invalidField, unsupportedField } from '../../errors/error-response.ts'
import type { ChatContentPart } from './body.ts'

type Decode = (part: ChatContentPart, at: string) => FilePart

const AUDIO: Record<string, string> = { wav: 'audio/wav', mp3: 'audio/mpeg' }

/**
 * An image, a sound or a document as a part. An https address goes on as it is: whoever runs the model fetches it, rt does
 * not.
 *
 * @throws RtError `invalid_request` or `unsupported`, naming the field.
 */
export const decodeFile: Decode = (part, at) => DECODERS[part.type]!(part, at)

const DECODERS: Record<string, Decode> = {
  image_url({ image_url: image }, at) {
    if (!image) throw missing(at, 'image_url')
    const field = `${at}.image_url.url`
    if (isDataUrl(image.url)) {
      const file = readDataUrl(image.url, field)
      if (!file.mediaType.startsWith('image/'))
        throw invalidField(field, `${file.mediaType} is no image.`, 'Send other files as parts of type "file".')
      return file
    }
    const url = URL.parse(image.url)
    if (url?.protocol === 'https:') return { type: 'file', mediaType: 'image/*', data: url.href }
    throw invalidField(
      field,
      'neither a data: URL nor an https address.',
      'Send the image itself: data:image/png;base64,…',
    )
  },
  input_audio({ input_audio: audio }, at) {
    if (!audio) throw missing(at, 'input_audio')
    const mediaType = Object.hasOwn(AUDIO, audio.format) ? AUDIO[audio.format] : undefined
    if (!mediaType)
      throw unsupportedField(
        `${at}.input_audio.format`,
        `${JSON.stringify(audio.format.slice(0, 40))} cannot be read.`,
        `There are: ${Object.keys(AUDIO).join(', ')}.`,
      )
    checkBase64(audio.data, `${at}.input_audio.data`)
    return { type: 'file', mediaType, data: `data:${mediaType};base64,${audio.data}` }
  },
  file({ file }, at) {
    if (!file) throw missing(at, 'file')
    if (!file.file_data)
      throw file.file_id
        ? unsupportedField(`${at}.file.file_id`, 'no files are kept here.', 'Send the file itself in file_data.')
        : missing(`${at}.file`, 'file_data')
    const { filename } = file
    return {
      ...readDataUrl(file.file_data, `${at}.file.file_data`),
      ...(filename && { name: filename.toWellFormed() }),
    }
  },
}

/** Types of content that are files. */
export const FILE_TYPES: ReadonlySet<string> = new Set(Object.keys(DECODERS))

const isDataUrl = (text: string): boolean => /^data:/i.test(text)

const readDataUrl = (url: string, field: string): FilePart => {
  const [head, mediaType] = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w.+-]+=[\w.+-]+)*;base64,/i.exec(url) ?? []
  if (!head || !mediaType)
    throw invalidField(field, 'not a data: URL in base64.', 'It looks like data:image/png;base64,…')
  const data = url.slice(head.length)
  checkBase64(data, field)
  const type = mediaType.toLowerCase()
  return { type: 'file', mediaType: type, data: `data:${type};base64,${data}` }
}

const checkBase64 = (text: string, field: string): void => {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text))
    throw invalidField(field, 'not base64.', 'Use the standard alphabet, with padding and without line breaks.')
}

const missing = (at: string, field: string): Error => invalidField(`${at}.${field}`, 'a part of this type needs it.')
