import { findConfig } from '../../config/find-config.ts'
import { type CommandDefinition, DATA_FLAGS, JSON_FLAG, text } from '../command.ts'
import { findData } from '../find-data.ts'
import { toJson } from '../output/to-json.ts'
import { positiveInteger } from '../positive-integer.ts'

/** Of a check; all run at once, so it is also about the most the command takes. */
const LIMIT_S = 2

export const command: CommandDefinition = {
  name: 'doctor',
  summary: 'Look at this machine and what rt needs, with a fix beside what is red',
  flags: {
    ...DATA_FLAGS,
    ...JSON_FLAG,
    limit: { type: 'string', value: 'SECONDS', description: `Longest a check may take (default ${LIMIT_S})` },
  },
  examples: ['rt doctor', 'rt doctor --json', 'rt doctor --limit 60'],
  async run({ flags, signal }) {
    const [{ CHECKS }, { collectSecrets }, { formatFindings }, { runChecks }] = await Promise.all([
      import('../doctor/all-checks.ts'),
      import('../doctor/hide-secrets.ts'),
      import('../doctor/format-findings.ts'),
      import('../doctor/run-checks.ts'),
    ])
    const seconds = positiveInteger(command, 'limit', text(flags['limit']), LIMIT_S)
    const [data, config, env] = [await findData(flags), text(flags['config']), process.env]
    const file = await findConfig({ config, env, cwd: process.cwd() }).catch(() => undefined)
    const secrets = await collectSecrets(env, [file?.file])
    const reports = await runChecks(CHECKS, { data, config, env, secrets, limitMs: seconds * 1000, signal })
    const red = reports.some(({ findings }) => findings.some(({ state }) => state === 'red'))
    const width = process.stdout.columns || 110
    process.stdout.write(
      flags['json'] ? `${toJson({ ok: !red, sections: reports })}\n` : formatFindings(reports, width),
    )
    return red ? 1 : 0
  },
}
