import { expect } from 'vitest';
import { routeRegistry } from '../../contracts/rest/registry.ts';

/** JSON as it came; a test says what it expects of it. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export interface ApiAnswer {
  status: number;
  headers: Headers;
  text: string;
  bytes: Uint8Array;
  body: Json;
}

export interface ApiRequest {
  key?: string;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string | Uint8Array<ArrayBuffer>;
  headers?: Record<string, string>;
}

export async function callApi(url: string, method: string, path: string, request: ApiRequest): Promise<ApiAnswer> {
  const { key, body, raw, headers = {} } = request;
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    headers: { ...(key === undefined ? {} : { authorization: `Bearer ${key}` }), ...headers },
    ...(payload === undefined ? {} : { body: payload }),
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  const isJson = text !== '' && /[/+]json/.test(response.headers.get('content-type') ?? '');
  const answer = {
    status: response.status,
    headers: response.headers,
    text,
    bytes,
    body: isJson ? JSON.parse(text) : {},
  };
  if (response.ok && text !== '') expectContract(method, path, answer);
  return answer;
}

const patterns = [...routeRegistry.values()].map((contract) => ({
  contract,
  pattern: new RegExp(`^(/v1)?${contract.path.replace(/\{\w+\}/g, '[^/]+')}([?].*)?$`),
}));

/** Every answer of every test is what the contract says, with no member more. */
function expectContract(method: string, path: string, answer: ApiAnswer): void {
  const found = patterns.find(
    ({ contract, pattern }) => contract.method === method.toLowerCase() && pattern.test(path),
  );
  if (found === undefined) return;
  const documented = found.contract.answers[answer.status];
  expect(documented, `${method} ${found.contract.path} documents ${answer.status}`).toBeDefined();
  expect(answer.headers.get('content-type')).toBe(documented?.contentType ?? 'application/json');
  if (documented?.contentType !== undefined) return;
  expect(documented?.schema.parse(answer.body), `${method} ${found.contract.path}`).toEqual(answer.body);
}
