/** Of node-llama-cpp, whose JavaScript the host carries: it takes binaries of exactly this version. A test compares it. */
export const LLAMA_VERSION = '3.22.1'
