import { type FilePart, RtError } from '@rt/core'

/** A file as a URL that can stand in a request: itself, or its bytes. */
export const toUrl = ({ data, mediaType }: FilePart): string =>
  typeof data === 'string' ? data : `data:${mediaType};base64,${Buffer.from(data).toString('base64')}`

/** Its bytes in base64, for fields that take no URL. */
export const toBase64 = (file: FilePart): string => {
  const url = toUrl(file)
  const found = /^data:[^,]*;base64,/.exec(url)
  if (found) return url.slice(found[0].length)
  throw new RtError({
    code: 'unsupported',
    message: `a file of type ${file.mediaType} was given as an address; this API takes its bytes.`,
    hint: 'Read the file and give its bytes.',
  })
}

export const unsupportedFile = (mediaType: string): RtError =>
  new RtError({
    code: 'unsupported',
    message: `a file of type ${mediaType} cannot be sent to this API.`,
    hint: 'Images, PDF documents and audio (wav, mp3) can.',
  })
