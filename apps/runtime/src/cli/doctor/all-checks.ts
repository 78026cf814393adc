import type { Check } from './check.ts'
import { clients } from './checks/clients.ts'
import { config } from './checks/config.ts'
import { cpu } from './checks/cpu.ts'
import { database } from './checks/database.ts'
import { engines } from './checks/engines.ts'
import { dataDisk, modelsDisk } from './checks/folders.ts'
import { gpu } from './checks/gpu.ts'
import { keys } from './checks/keys.ts'
import { mcp } from './checks/mcp.ts'
import { memory } from './checks/memory.ts'
import { models } from './checks/models.ts'
import { network } from './checks/network.ts'
import { node } from './checks/node.ts'
import { owner } from './checks/owner.ts'
import { platform } from './checks/platform.ts'
import { port } from './checks/port.ts'
import { providers } from './checks/providers.ts'
import { vectors } from './checks/vectors.ts'

/** In the order they are shown. */
export const CHECKS: Check[] = [
  node,
  platform,
  cpu,
  memory,
  gpu,
  engines,
  models,
  providers,
  modelsDisk,
  dataDisk,
  database,
  vectors,
  owner,
  config,
  keys,
  port,
  network,
  mcp,
  clients,
]
