import { readFileSync } from 'node:fs';
import type { SeededRandom } from './seeded-random.ts';

export interface FuzzCase {
  operation: string;
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  /** As it is sent; absent where the method takes none. */
  raw?: string | Uint8Array<ArrayBuffer>;
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  format?: string;
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface OpenApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

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

const oddValues: readonly unknown[] = [
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

const oddBodies: readonly (string | Uint8Array<ArrayBuffer>)[] = [
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

const oddHeaders: readonly [string, string][] = [
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

/** Whole cases of the OpenAPI document, from its own parameters and schemas: what fits, what nearly fits, and what nobody means well by. */
export class FuzzCases {
  private readonly document = JSON.parse(
    readFileSync(new URL('../../contracts/generated/openapi.json', import.meta.url), 'utf8'),
  ) as OpenApiDocument;
  readonly operations = Object.entries(this.document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  private readonly random: SeededRandom;
  private readonly ids: Readonly<Record<string, string>>;
  private readonly foreignIds: readonly string[];

  /** `ids` of the caller's own by their names; `foreignIds` are another tenant's. */
  constructor(random: SeededRandom, ids: Readonly<Record<string, string>>, foreignIds: readonly string[]) {
    this.random = random;
    this.ids = ids;
    this.foreignIds = foreignIds;
  }

  /** One text in one field: every field of every operation is gone through, hostile text by hostile text. */
  *hostile(): Generator<FuzzCase> {
    for (const target of this.operations) {
      const { query, body } = this.fieldsOf(target.operation);
      for (const text of hostileTexts) {
        for (const name of Object.keys(query)) yield this.make(target, { query: { [name]: text } });
        if (body === null) continue;
        for (const name of Object.keys(body))
          yield this.make(target, { body: { ...this.fittingBody(body), [name]: text } });
        yield this.make(target, { body: { ...this.fittingBody(body), [text]: text } });
        yield this.make(target, { body: { ...this.fittingBody(body), metadata: { [text.slice(0, 40)]: text } } });
      }
    }
  }

  next(): FuzzCase {
    const target = this.random.pick(this.operations);
    const { query, body } = this.fieldsOf(target.operation);
    const queries = this.mutated(query, this.random.below(4) === 0);
    if (body === null) return this.make(target, { query: queries });
    if (this.random.below(6) === 0) return this.make(target, { query: queries, raw: this.random.pick(oddBodies) });
    return this.make(target, { query: queries, body: this.mutated(body, true) });
  }

  private fieldsOf({ parameters = [], requestBody }: Operation): {
    query: Record<string, Schema>;
    body: Record<string, Schema> | null;
  } {
    const query = parameters.filter((parameter) => parameter.in === 'query');
    const schema = requestBody?.content['application/json']?.schema;
    return {
      query: Object.fromEntries(query.map(({ name, schema: of }) => [name, of])),
      body: schema ? (this.resolved(schema).properties ?? {}) : null,
    };
  }

  private make(
    target: FuzzCases['operations'][number],
    sent: { query?: Record<string, unknown>; body?: unknown; raw?: FuzzCase['raw'] },
  ): FuzzCase {
    const { path, method, operation } = target;
    const isOdd = this.random.below(5) === 0;
    const address = path.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(this.pathId(name, isOdd)));
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(sent.query ?? {})) {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      query.append(name, text.isWellFormed() ? text : '%ED%A0%80');
    }
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (this.random.below(4) === 0) headers['idempotency-key'] = `fuzz-${this.random.below(5_000)}`;
    if (this.random.below(8) === 0) {
      const [name, value] = this.random.pick(oddHeaders);
      headers[name] = value;
    }
    const raw = sent.raw ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const search = query.size === 0 ? '' : `?${query.toString()}`;
    return {
      ...{ operation: operation.operationId, method, path: address + search, headers },
      ...(method === 'GET' || raw === undefined ? {} : { raw }),
    };
  }

  private pathId(name: string, isOdd: boolean): string {
    if (isOdd)
      return this.random.pick([...this.foreignIds, ...hostileTexts.filter((text) => text.isWellFormed()), 'x', '0']);
    return this.ids[name] ?? this.random.pick(['sandbox', 'custom', 'stripe']);
  }

  private fittingBody(fields: Record<string, Schema>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(fields).map(([name, schema]) => [name, this.fitting(name, schema)]));
  }

  /** Mostly what fits, with a field left out, of another kind, or of nobody's. */
  private mutated(fields: Record<string, Schema>, isFull: boolean): Record<string, unknown> {
    const made: Record<string, unknown> = {};
    for (const [name, schema] of Object.entries(fields)) {
      if (!isFull && this.random.below(2) === 0) continue;
      const choice = this.random.below(12);
      if (choice === 0) continue;
      if (choice === 1) made[name] = this.random.pick(oddValues);
      else if (choice === 2) made[name] = this.random.pick(hostileTexts);
      else if (choice === 3) made[name] = this.random.pick(this.foreignIds);
      else made[name] = this.fitting(name, schema);
    }
    if (this.random.below(20) === 0) made[this.random.pick(hostileTexts)] = this.random.pick(oddValues);
    return made;
  }

  private resolved(schema: Schema): Schema {
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : this.resolved(this.document.components.schemas[name] ?? {});
  }

  private fitting(name: string, given: Schema): unknown {
    const schema = this.resolved(given);
    const id = this.ids[name];
    if (id !== undefined) return id;
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return this.random.pick(schema.enum);
    if (schema.examples && schema.examples.length > 0) return this.random.pick(schema.examples);
    const among = schema.anyOf ?? schema.oneOf;
    if (among) return this.fitting(name, this.random.pick(among));
    const type = Array.isArray(schema.type) ? this.random.pick(schema.type) : schema.type;
    switch (type) {
      case 'integer':
      case 'number':
        return Math.max(schema.minimum ?? 0, Math.min(schema.maximum ?? 1_000, this.random.below(1_000)));
      case 'boolean':
        return this.random.below(2) === 0;
      case 'null':
        return null;
      case 'array':
        return [this.fitting(name, schema.items ?? {})];
      case 'object':
        return this.fittingObject(schema);
      default:
        return this.fittingText(name, schema);
    }
  }

  private fittingObject({ properties, additionalProperties }: Schema): Record<string, unknown> {
    if (properties) return this.fittingBody(properties);
    return typeof additionalProperties === 'object' ? { a: this.fitting('a', additionalProperties) } : {};
  }

  private fittingText(name: string, { format, minLength = 1, maxLength = 40 }: Schema): string {
    if (format === 'date-time') return this.random.pick(['2026-01-31T00:00:00Z', '2030-06-01T12:30:00+02:00']);
    if (format === 'date') return this.random.pick(['2026-01-31', '2030-02-28']);
    if (format === 'email' || name.includes('email')) return `a${this.random.below(1e6)}@example.com`;
    if (name.endsWith('url')) return 'https://example.com/back';
    if (name === 'idempotency_key') return `body-${this.random.below(this.random.below(9) === 0 ? 50 : 1e9)}`;
    const known: Record<string, string[]> = {
      interval: ['month'],
      currency: ['USD'],
      token: ['tok_ok', 'tok_slow_x'],
      by: ['P1D'],
    };
    return this.random
      .pick(known[name] ?? ['plain text', 'x'])
      .padEnd(minLength, 'x')
      .slice(0, maxLength);
  }
}
