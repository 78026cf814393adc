import { expect, test } from 'vitest'
import { FORMATS } from './formats.ts'

const CASES: Record<string, [good: string[], bad: string[]]> = {
  date: [
    ['2024-02-29', '2000-02-29', '1999-12-31', '0001-01-01'],
    ['2023-02-29', '1900-02-29', '2024-04-31', '2024-13-01', '2024-00-10', '2024-01-00', '2024-1-1', '20240101', ''],
  ],
  time: [
    ['12:00:00Z', '23:59:60z', '00:00:00.123+05:30', '12:00:00-00:00'],
    ['12:00:00', '24:00:00Z', '12:60:00Z', '12:00Z', '12:00:61Z', '12:00:00+24:00', '12:00:00+0530', '12:00:00.Z'],
  ],
  'date-time': [
    ['2024-02-29T12:00:00Z', '2024-01-31t00:00:00.5+02:00'],
    ['2023-02-29T12:00:00Z', '2024-02-29 12:00:00Z', '2024-02-29', '2024-02-29T12:00:00', 'x2024-02-29T12:00:00Z'],
  ],
  duration: [
    ['P1D', 'PT1H30M', 'P1Y2M3DT4H5M6S', 'P3W', 'PT36H', 'P1M', 'PT1M'],
    ['P', 'PT', 'P1', '1D', 'P1DT', 'P1W2D', 'PT1D', 'P1H', 'P-1D', 'PT0.5S', 'P1D '],
  ],
  email: [
    ['a@b.example', 'joe.bloggs+x@mail.example.com', "o'neil@example.com", 'a@localhost'],
    ['', 'a', '@b.c', 'a@', 'a..b@c.d', '.a@b.c', 'a.@b.c', 'a b@c.d', 'a@b@c', 'a@-b.c', `${'a'.repeat(65)}@b.c`],
  ],
  hostname: [
    ['example.com', 'a', 'xn--nxasmq6b', '1.2.3', `${'a'.repeat(63)}.b`],
    ['', '-a', 'a-', 'a..b', 'a_b', '.a', 'a.', `${'a'.repeat(64)}.b`, `${'a.'.repeat(127)}ab`, 'ex ample'],
  ],
  ipv4: [
    ['127.0.0.1', '255.255.255.255', '0.0.0.0'],
    ['256.0.0.1', '1.2.3', '01.2.3.4', '0x7f.1', '2130706433', '1.2.3.4 '],
  ],
  ipv6: [
    ['::1', '::', 'fe80::1', '1:2:3:4:5:6:7:8', '::ffff:1.2.3.4'],
    ['1::2::3', '12345::', '1:2:3', ':::', 'fe80::1%eth0', '::ffff:1.2.3.999'],
  ],
  uri: [
    ['https://example.com/a?b=c#d', 'urn:isbn:0451450523', 'mailto:a@b.c', 'file:///etc/x', 'http://[::1]:80/'],
    [
      '/a',
      'example.com',
      'http://a b',
      'http://[',
      'http://x/%zz',
      ' http://x',
      'http://x\n',
      '1http://x',
      'http://é.test/',
      'http://x/<y>',
    ],
  ],
  uuid: [
    ['2eb8aa08-aa98-11ea-b4aa-73b441d16380', '2EB8AA08-AA98-11EA-B4AA-73B441D16380'],
    ['2eb8aa08-aa98-11ea-b4aa-73b441d1638', '2eb8aa08aa9811eab4aa73b441d16380', '2eb8aa08-aa98-11ea-b4aa-73b441d1638g'],
  ],
}

test.each(Object.entries(CASES))('%s', (format, [good, bad]) => {
  const check = FORMATS[format]!
  expect(good.filter((text) => !check(text))).toEqual([])
  expect(bad.filter(check)).toEqual([])
})

test('every format is tested, and none is slow on a long text', () => {
  expect(Object.keys(FORMATS).toSorted()).toEqual(Object.keys(CASES).toSorted())
  const long = ['a', '1', '.', '-', ':', 'a.', 'a@', '1:', '%41', 'P1', ' '].map((text) => text.repeat(200_000))
  // By an expression that goes back this would not end.
  for (const check of Object.values(FORMATS)) for (const text of long) check(`${text}!`)
})
