import type { JsonValue, Message, Part } from '@rt/core'
import { mapStrings } from './map-strings.ts'

/** Told where a text stands. */
export type ChangeText = (text: string, message: Message, part: Part) => string | Promise<string>

/** Messages with all that a model reads of them changed. What did not change is the same object. */
export const mapMessages = async (messages: Message[], change: ChangeText): Promise<Message[]> => {
  const changed: Message[] = []
  for (const message of messages) {
    const parts: Part[] = []
    for (const part of message.parts) parts.push(await mapPart(part, (text) => change(text, message, part)))
    changed.push(parts.every((part, index) => part === message.parts[index]) ? message : { ...message, parts })
  }
  return changed
}

const mapPart = async (part: Part, change: (text: string) => string | Promise<string>): Promise<Part> => {
  switch (part.type) {
    case 'text':
    case 'reasoning': {
      const text = await change(part.text)
      return text === part.text ? part : { ...part, text }
    }
    case 'tool-call': {
      const args = (await mapStrings(part.arguments, change)) as JsonValue
      return args === part.arguments ? part : { ...part, arguments: args }
    }
    case 'tool-result': {
      const result = (await mapStrings(part.result, change)) as JsonValue
      return result === part.result ? part : { ...part, result }
    }
    case 'file': {
      if (part.name === undefined) return part
      const name = await change(part.name)
      return name === part.name ? part : { ...part, name }
    }
    case 'citation': {
      const quote = await change(part.quote)
      return quote === part.quote ? part : { ...part, quote }
    }
  }
}
