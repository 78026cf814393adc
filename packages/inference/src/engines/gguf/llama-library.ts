// All that is used of node-llama-cpp at run time: a bundle of the host carries nothing else of it.
export { getLlama, LlamaGrammarEvaluationState, LlamaLogLevel, TokenBias } from 'node-llama-cpp'
