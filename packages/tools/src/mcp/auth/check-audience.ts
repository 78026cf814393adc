import { RtError } from '@rt/core'

/**
 * A token that says for whom it is, says so to us too: one for another server is neither kept nor sent. Only addresses
 * can be compared; other names are the authorization server's own.
 *
 * @throws RtError `unauthorized`.
 */
export const checkAudience = (token: string, url: string): void => {
  const audiences = audiencesOf(token)
  if (audiences.length === 0 || audiences.some((audience) => covers(audience, new URL(url)))) return
  throw new RtError({
    code: 'unauthorized',
    message: `the token is for ${audiences.join(', ')}, and not for ${new URL(url).origin}: it is not used.`,
    hint: 'Its authorization server does not heed the `resource` it was asked for.',
    data: { audiences },
  })
}

const covers = (audience: string, url: URL): boolean => {
  const { origin, pathname } = new URL(audience)
  return origin === url.origin && `${url.pathname}/`.startsWith(pathname.endsWith('/') ? pathname : `${pathname}/`)
}

/** Addresses in `aud` of a JWT; none when it is no JWT, or its audience is no address. */
const audiencesOf = (token: string): string[] => {
  const payload = token.split('.')[1]
  if (payload === undefined) return []
  try {
    const { aud } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { aud?: unknown }
    const all = [aud].flat().filter((one) => typeof one === 'string')
    return all.every((one) => /^https?:\/\//i.test(one) && URL.canParse(one)) ? all : []
  } catch {
    return []
  }
}
