/** What programs do not work without. No secret has such a name. */
const INHERITED =
  process.platform === 'win32'
    ? ['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROGRAMDATA', 'PROGRAMFILES', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR'] // prettier-ignore
    : ['HOME', 'LANG', 'LC_ALL', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'TMPDIR', 'TZ', 'USER']

/** The whole environment of a server's process: a few variables of ours, and what it was given. */
export const serverEnvironment = (
  given: Record<string, string> = {},
  ours: Record<string, string | undefined> = process.env,
): Record<string, string> => {
  const inherited = INHERITED.flatMap((name) => {
    const value = ours[name]
    // A function of bash is code.
    return value === undefined || value.startsWith('()') ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(inherited), ...given }
}
