// Every line here is public API of @rt/observe: adding one is a decision. Stores and readers have their own subpaths.

export { createTelemetry } from './create-telemetry.ts'
export { createCostCalculator } from './cost/create-cost-calculator.ts'
export { redact } from './redact.ts'
export { SEMCONV } from './semconv.ts'

export type { OpenTelemetry, TelemetryOptions } from './create-telemetry.ts'
export type { CostCalculator, CostCalculatorOptions, PricedCall } from './cost/create-cost-calculator.ts'
export type { OwnPrice } from './cost/own-price.ts'
