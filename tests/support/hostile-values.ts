const markup = '<script>alert(1)</script><img src=x onerror=alert(1)>';
/** Into every text of every call. */
export const hostileTexts = [
  "' or '1'='1",
  "'; drop table plans; --",
  '1); delete from customers; --',
  "x' union all select email, null from customers --",
  markup,
  '"><svg/onload=alert(1)>',
  '{{7*7}}${7*7}<%= 7*7 %>',
  '../../../../etc/passwd',
  '%2e%2e%2f%00',
  '$(reboot)`id`|id',
  '\u202e\u{1F600}\ufeff',
  'a\u0000b',
  '\ud800',
  '*)(uid=*))(|(uid=*',
] as const;

export const oddValues: readonly unknown[] = [
  ...[
    '',
    ' ',
    'x'.repeat(6_000),
    '2026-02-31',
    '0000-01-01',
    '9999-12-31T23:59:59.999Z',
    'P9999Y',
    'NaN',
    '-1',
    'null',
  ],
  ...[0, -0, -1, 1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 53), 1e21, 9_999_999_999, true, false, null],
  ...[[], {}, [[]], [null], { a: null }, { '': 'x' }, { constructor: { prototype: 1 } }, { toString: 1 }],
];

export const oddBodies: readonly (string | Uint8Array<ArrayBuffer>)[] = [
  ...[
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '1',
    '{"a":1,}',
    '{"a":1e999}',
    '{"__proto__":{"admin":true}}',
    `${'['.repeat(3_000)}`,
  ],
  ...[`{"a":${'{"a":'.repeat(60)}1${'}'.repeat(61)}`, '{"metadata":{"a":"b"},"metadata":"c"}', markup, '\ufeff{}'],
  ...[new Uint8Array([0xff, 0xfe, 0x7b]), new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d])],
];

export const oddHeaders: readonly [string, string][] = [
  ...hostileTexts.filter((text) => /^[\x20-\x7e]*$/.test(text)).map((text): [string, string] => ['x-request-id', text]),
  ...["' or 1=1 --", markup, 'x'.repeat(300), 'x'.repeat(7_000), '', 'café'].map((text): [string, string] => [
    'idempotency-key',
    text,
  ]),
  ...[
    'text/html',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'x',
    markup,
  ].map((text): [string, string] => ['content-type', text]),
  ...[
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Bearer null',
    `Bearer ${'x'.repeat(5_000)}`,
    'Bearer rc_test_1_2',
    "Bearer ' or 1=1 --",
  ].map((text): [string, string] => ['authorization', text]),
  ['authorization', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.'],
  ['accept', markup],
  ['accept-encoding', 'x, gzip;q=-1'],
  ['x-forwarded-for', "127.0.0.1, ' or 1=1"],
  ['cookie', `__Host-redcore=${'a'.repeat(3_000)}; x=${encodeURIComponent(markup)}`],
  ['origin', 'null'],
  ['if-none-match', '*'],
];
