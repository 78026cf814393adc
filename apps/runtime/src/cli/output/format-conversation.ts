import type { CitationPart, Message, Part } from '@rt/core'
import { printable, printableLine } from './printable.ts'
import { formatCitation } from './show-turn.ts'
import { style } from './style.ts'

const LABEL = 8

/** A conversation as a person reads it in a terminal: who, then what, tools and sources below. */
export const formatConversation = (messages: Message[]): string =>
  messages
    .flatMap((message) => blocks(message))
    .map(({ label, text }) => {
      const [first = '', ...more] = printable(text).trim().split('\n')
      const left = label ? style('bold', label.padEnd(LABEL)) : ' '.repeat(LABEL)
      return [` ${left} ${first}`, ...more.map((line) => ` ${' '.repeat(LABEL)} ${line}`.trimEnd())].join('\n')
    })
    .join('\n')

/** A conversation as a Markdown document. Control sequences are dropped: people print files. */
export const conversationMarkdown = (title: string, messages: Message[]): string => {
  const paragraphs = messages.flatMap((message) =>
    blocks(message).map(({ label, text, kind }) => {
      const clean = printable(text).trim()
      if (kind === 'source') return `> ${printableLine(clean)}`
      return kind === 'tool' ? fenced(clean) : `**${MARKDOWN_LABELS[label] ?? label}**\n\n${clean}`
    }),
  )
  return `${[`# ${printableLine(title)}`, ...paragraphs].join('\n\n')}\n`
}

/** Text between fences that it does not hold itself. */
export const fenced = (text: string): string => {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`{3,}/g), ([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${text}\n${fence}`
}

// ---

interface Block {
  label: string
  text: string
  kind: 'text' | 'tool' | 'source'
}

const LABELS: Record<Message['role'], string> = { system: 'system', user: 'you', assistant: 'answer', tool: 'tool' }
const MARKDOWN_LABELS: Record<string, string> = { system: 'System', you: 'You', answer: 'Answer' }

const blocks = ({ role, parts }: Message): Block[] => {
  const text = parts.map(asText).filter(Boolean).join('\n')
  const citations = parts.filter((part): part is CitationPart => part.type === 'citation')
  return [
    ...(text ? [{ label: LABELS[role], text, kind: 'text' as const }] : []),
    ...parts.flatMap((part) => toolBlock(part)),
    ...citations.map((citation) => ({ label: '', text: formatCitation(citation), kind: 'source' as const })),
  ]
}

const asText = (part: Part): string => {
  if (part.type === 'text') return part.text
  return part.type === 'file' ? `[file ${part.name ?? part.mediaType}]` : ''
}

const toolBlock = (part: Part): Block[] => {
  if (part.type === 'tool-call')
    return [{ label: 'tool', text: `${part.name} ${JSON.stringify(part.arguments)}`, kind: 'tool' }]
  if (part.type !== 'tool-result') return []
  return [{ label: '', text: `${part.isError ? 'failed: ' : '-> '}${JSON.stringify(part.result)}`, kind: 'tool' }]
}
