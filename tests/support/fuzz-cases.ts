import { readFileSync } from 'node:fs';
import { hostileTexts, oddBodies, oddHeaders, oddValues } from './hostile-values.ts';
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

/** Below it no body of the contract goes on. */
const depthMax = 6;

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

  /** One text in one field: every field of every operation is gone through, text by text. */
  *everywhere(texts: readonly string[]): Generator<FuzzCase> {
    for (const target of this.operations) {
      const { query, body } = this.fieldsOf(target.operation);
      for (const text of texts) {
        for (const name of Object.keys(query)) yield this.make(target, { query: { [name]: text } });
        if (body === null) continue;
        const fitting = this.fittingBody(body);
        for (const name of Object.keys(body)) yield this.make(target, { body: { ...fitting, [name]: text } });
        for (const [name, schema] of Object.entries(body))
          for (const value of this.within(name, schema, text))
            yield this.make(target, { body: { ...fitting, [name]: value } });
        yield this.make(target, { body: { ...fitting, [text]: text } });
        yield this.make(target, { body: { ...fitting, metadata: { [text.slice(0, 40)]: text } } });
      }
    }
  }

  /** A text wherever a request fails before anything is done: no JSON, of another kind, in an address, in headers. */
  *onErrorPaths(text: string, isRecognizable: boolean): Generator<FuzzCase> {
    for (const target of this.operations) {
      const { body } = this.fieldsOf(target.operation);
      const spelled = JSON.stringify(text);
      const sent = this.make(target, {});
      yield { ...sent, path: target.path.replace(/\{\w+\}/g, encodeURIComponent(text)) };
      yield { ...sent, path: `${sent.path}?nobody_knows=${encodeURIComponent(text)}` };
      // A request id is the caller's to choose, and logged: only what can be told from an id is kept out of it.
      const headers = ['authorization', 'content-type', 'cookie', 'user-agent', 'referer', 'origin'];
      if (isRecognizable) headers.push('x-request-id');
      for (const header of headers) {
        const value = header === 'authorization' ? `Bearer ${text}` : text;
        yield { ...sent, headers: { ...sent.headers, [header]: value } };
      }
      if (body === null || target.method === 'GET') continue;
      const keyed = { ...sent.headers, 'idempotency-key': `canary-${this.random.below(1e9)}` };
      for (const raw of [
        `{"a":${spelled}`,
        spelled,
        `[${spelled}]`,
        `{"nobody_knows":{"a":[${spelled}]}}`,
        `{"a":"${text}`,
      ]) {
        yield { ...sent, raw, headers: keyed };
      }
      for (const name of Object.keys(body))
        yield { ...sent, raw: JSON.stringify({ [name]: [{ a: text }] }), headers: keyed };
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

  /** What fits a field, with the text in one place inside: each member of what it holds, and each name that is the caller's. */
  private *within(name: string, given: Schema, text: string, depth = 0): Generator<unknown> {
    if (depth > depthMax) return;
    const { anyOf, oneOf, items, properties, additionalProperties } = this.resolved(given);
    for (const one of anyOf ?? oneOf ?? []) yield* this.within(name, one, text, depth + 1);
    if (items) {
      yield [text];
      for (const inner of this.within(name, items, text, depth + 1)) yield [inner];
    }
    const fitting = properties ? this.fittingBody(properties) : {};
    for (const [member, schema] of Object.entries(properties ?? {})) {
      yield { ...fitting, [member]: text };
      for (const inner of this.within(member, schema, text, depth + 1)) yield { ...fitting, [member]: inner };
    }
    if (typeof additionalProperties === 'object') yield { [text.slice(0, 40)]: text };
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
    switch (type ?? 'string') {
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
