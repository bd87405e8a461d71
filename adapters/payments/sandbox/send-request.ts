import { Agent, type IncomingHttpHeaders, request as openRequest } from 'node:http';
import { ProviderError } from '../provider-error.ts';

export interface WireCall {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  idempotencyKey?: string;
  deadlineAtMonotonicMs: number;
}

export interface WireAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Wire {
  send: (call: WireCall) => Promise<WireAnswer>;
  close: () => void;
}

/** Shorter than the provider's own keep-alive: fewer requests are written to a socket that is just being closed. */
const idleSocketMs = 30_000;

/**
 * One HTTP exchange per call, never repeated. Nothing is written before a socket is connected and the deadline was looked at
 * again, so every failure until then is `not_sent`, and every one after it, a reset on a reused socket included, is `unknown`.
 */
export function createWire(baseUrl: string): Wire {
  const agent = new Agent({ keepAlive: true, timeout: idleSocketMs, maxFreeSockets: 256 });
  return { send: (call) => exchange(agent, new URL(call.path, baseUrl), call), close: () => agent.destroy() };
}

function exchange(agent: Agent, url: URL, call: WireCall): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const remainingMs = Math.max(0, call.deadlineAtMonotonicMs - performance.now());
    const payload = call.body === undefined ? '' : JSON.stringify(call.body);
    const request = openRequest(url, { agent, method: call.method, headers: headersOf(call, payload) });
    let written = false;
    const timer = setTimeout(() => request.destroy(new DeadlinePassed()), remainingMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(classifyFailure(error, written));
    };
    const write = (): void => {
      if (request.destroyed) return;
      if (performance.now() >= call.deadlineAtMonotonicMs) {
        request.destroy(new DeadlinePassed());
        return;
      }
      written = true;
      request.end(payload);
    };
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', write);
      else write();
    });
    request.on('error', fail);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.once('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
  });
}

function headersOf(call: WireCall, payload: string): Record<string, string | number> {
  const headers: Record<string, string | number> = { accept: 'application/json' };
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
  if (call.method === 'POST') {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(payload);
  }
  return headers;
}

class DeadlinePassed extends Error {}

function classifyFailure(error: Error, written: boolean): ProviderError {
  const late = error instanceof DeadlinePassed;
  if (written) return new ProviderError('unknown', late ? 'timeout' : 'connection_lost', { cause: error });
  return new ProviderError('not_sent', late ? 'deadline_passed' : 'unreachable', { cause: error });
}
