// Every line here is public API of @rt/tools: adding one is a decision.

export { tool } from './tool.ts'
export { runLoop } from './loop/run-loop.ts'
export { callTool } from './loop/call-tool.ts'
export { createToolPolicy } from './policy/create-tool-policy.ts'
export { createToolSelector } from './select/create-tool-selector.ts'

export type {
  ToolArguments,
  ToolInput,
  ToolOptions,
  ToolReturn,
  ToolSchema,
  ToolWork,
  TypedTool,
  WorkerContext,
} from './tool-options.ts'
export type { LoopOptions, LoopProgress, StepChanges } from './loop/loop-options.ts'
export type { CallToolOptions } from './loop/call-tool.ts'
export type { ToolPolicyOptions } from './policy/create-tool-policy.ts'
export type { RuleVerdict, ToolRules } from './policy/tool-rules.ts'
export type { ToolSelectorOptions } from './select/create-tool-selector.ts'

// Workflows
export { workflow } from './workflow/workflow.ts'
export { runWorkflow } from './workflow/run-workflow.ts'
export type { Workflow } from './workflow/workflow.ts'
export type { RunWorkflowOptions } from './workflow/run-workflow.ts'
export type { StepContext, StepOptions, WorkflowContext } from './workflow/workflow-context.ts'

// Agents
export { agentTool } from './agent/agent-tool.ts'
export { createHandoffs } from './agent/handoffs.ts'
export type { AgentToolOptions } from './agent/agent-tool.ts'
export type { HandoffAgent, Handoffs } from './agent/handoffs.ts'
