import type { RtError } from '@rt/core'
import { fault } from '../loaders/loaded-document.ts'

export const tooMuchText = (most: number): RtError => fault(`more than ${most / 1_000_000} MB of text`)
