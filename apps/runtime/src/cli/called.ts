/** How the person calls this command: `rt`, or what the repository's scripts say. */
export const called: string = process.env['RT_COMMAND'] ?? 'rt'
