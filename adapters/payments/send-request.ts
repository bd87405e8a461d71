import { Agent, type IncomingHttpHeaders, request as openRequest } from 'node:http';
import { request as openTlsRequest, Agent as TlsAgent } from 'node:https';
import type { LookupFunction, Socket } from 'node:net';
import { ProviderError } from './provider-error.ts';

export interface WireCall {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  /** Instead of `body` where the exact bytes matter: they were signed. */
  payload?: string;
  headers?: Readonly<Record<string, string>>;
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

export interface Sender {
  send: (url: URL, call: Omit<WireCall, 'path'>) => Promise<WireAnswer>;
  close: () => void;
}

export interface SenderOptions {
  /** Resolves names instead of the system's way, so that addresses can be refused; an address in the url itself never comes here. */
  lookup?: LookupFunction;
  /** Sockets kept open for the next call. */
  idleSocketsMax?: number;
}

/** Shorter than the provider's own keep-alive: fewer requests are written to a socket that is just being closed. */
const idleSocketMs = 30_000;
const answerMaxBytes = 1_048_576;

/** Redirects are not followed: a 3xx is an answer like any other. */
export function createWire(baseUrl: string): Wire {
  const sender = createSender();
  return { send: ({ path, ...call }) => sender.send(new URL(path, baseUrl), call), close: sender.close };
}

/**
 * One HTTP exchange per call, never repeated. Nothing is written before a socket is connected (with https: its handshake done)
 * and the deadline was looked at again, so every failure until then is `not_sent`, and every one after it, a reset on a reused
 * socket included, is `unknown`.
 */
export function createSender({ lookup, idleSocketsMax = 256 }: SenderOptions = {}): Sender {
  const options = { keepAlive: true, timeout: idleSocketMs, maxFreeSockets: idleSocketsMax };
  const plain = new Agent(options);
  const secure = new TlsAgent(options);
  return {
    send: (url, call) => {
      const payload = call.payload ?? (call.body === undefined ? '' : JSON.stringify(call.body));
      const common = { method: call.method, headers: headersOf(call, payload), ...(lookup ? { lookup } : {}) };
      const open = () =>
        url.protocol === 'https:'
          ? openTlsRequest(url, { ...common, agent: secure, minVersion: 'TLSv1.2' })
          : openRequest(url, { ...common, agent: plain });
      return exchange(open, payload, call.deadlineAtMonotonicMs);
    },
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
}

function exchange(
  open: () => ReturnType<typeof openRequest>,
  payload: string,
  deadlineAtMonotonicMs: number,
): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const remainingMs = Math.max(0, deadlineAtMonotonicMs - performance.now());
    const request = open();
    let written = false;
    const timer = setTimeout(() => request.destroy(new DeadlinePassed()), remainingMs);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(classifyFailure(error, written));
    };
    const write = (): void => {
      if (request.destroyed || request.socket?.destroyed) return;
      if (performance.now() >= deadlineAtMonotonicMs) {
        request.destroy(new DeadlinePassed());
        return;
      }
      written = true;
      request.end(payload);
    };
    request.once('socket', (socket: Socket) => {
      if (socket.connecting) socket.once('encrypted' in socket ? 'secureConnect' : 'connect', write);
      else write();
    });
    request.on('error', fail);
    request.once('response', (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > answerMaxBytes) response.destroy(new AnswerTooLarge());
      });
      response.on('error', fail);
      response.once('end', () => {
        clearTimeout(timer);
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
  });
}

function headersOf(call: Omit<WireCall, 'path'>, payload: string): Record<string, string | number> {
  const headers: Record<string, string | number> = { accept: 'application/json', ...call.headers };
  if (call.idempotencyKey !== undefined) headers['idempotency-key'] = call.idempotencyKey;
  if (call.method === 'POST') {
    headers['content-type'] = 'application/json';
    headers['content-length'] = Buffer.byteLength(payload);
  }
  return headers;
}

class DeadlinePassed extends Error {}
class AnswerTooLarge extends Error {}

function classifyFailure(error: Error, written: boolean): ProviderError {
  const late = error instanceof DeadlinePassed;
  if (error instanceof AnswerTooLarge) return new ProviderError('unknown', 'answer_too_large', { cause: error });
  if (written) return new ProviderError('unknown', late ? 'timeout' : 'connection_lost', { cause: error });
  return new ProviderError('not_sent', late ? 'deadline_passed' : 'unreachable', { cause: error });
}
