// Every line here is public API of @rt/tools/mcp: adding one is a decision.

export { createMcpClient } from './create-mcp-client.ts'
export { createFilePins } from './pins/file-pins.ts'
export { createTokenFile } from './auth/token-store.ts'
export { loginToMcp } from './auth/login.ts'
export { checkServerName } from './tool/tool-name.ts'

export type { McpClient, McpTools } from './create-mcp-client.ts'
export type { McpCallOptions, McpServer } from './server.ts'
export type { McpPrompt, McpPromptMessage, McpResource, McpResourceContent, McpToolInfo } from './server-types.ts'
export type {
  McpAddress,
  McpAnswer,
  McpAsker,
  McpClientOptions,
  McpCommand,
  McpQuestion,
  McpServerOptions,
} from './options.ts'
export type { McpAuth } from './auth/auth.ts'
export type { Login, TokenStore } from './auth/token-store.ts'
export type { LoginOptions } from './auth/login.ts'
export type { PinnedServer, PinnedTool, ToolPins } from './pins/tool-pins.ts'
export type { ToolDefinition } from './pins/tool-definition.ts'
