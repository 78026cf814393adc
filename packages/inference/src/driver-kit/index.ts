// What engines and providers share. Internal to @rt/inference: nothing here is exported from the package.

// Grammars
export { answerGrammar, callGrammar } from './answer-grammar.ts'
export { relaxedWarning } from './schema/relaxed-warning.ts'

// Tools as text
export { parseToolCalls } from './parse-tool-call.ts'
export { toolInstructions } from './tool-instructions.ts'
