import { type Agent as HttpAgent, request as openHttp } from 'node:http';
import { type Agent as HttpsAgent, request as openHttps } from 'node:https';
import { ProviderError } from '../provider-error.ts';

export interface Sockets {
  http: HttpAgent;
  https: HttpsAgent;
}

/** What the SDK hands to its HTTP client's adapter; its addresses are fixed, so the origin is exchanged here. */
interface SdkRequest {
  method?: string;
  url?: string;
  headers: { toJSON: () => Record<string, unknown> };
  data?: string;
}

interface SdkAnswer {
  status: number;
  statusText: string;
  headers: Record<string, string>;
  data: string;
  config: SdkRequest;
}

export interface SendOnceOptions {
  sockets: Sockets;
  /** Takes the place of PayPal's own origin. */
  baseUrl: string | undefined;
  deadlineAtMonotonicMs: number;
}

/**
 * The wire under the SDK: one HTTP exchange per call, never repeated, no redirects. Nothing is written before a socket is
 * connected and the deadline was looked at again, so every failure until then is `not_sent`, and every one after it `unknown`.
 */
export function sendOnce(options: SendOnceOptions): (request: SdkRequest) => Promise<SdkAnswer> {
  return (request) =>
    new Promise((resolve, reject) => {
      const url = new URL(request.url ?? '');
      const target = options.baseUrl === undefined ? url : new URL(url.pathname + url.search, options.baseUrl);
      const payload = request.data ?? '';
      const method = request.method?.toUpperCase() ?? 'GET';
      const isSecure = target.protocol === 'https:';
      const headers = headersOf(request, method, payload);
      const outgoing = isSecure
        ? openHttps(target, { agent: options.sockets.https, method, headers })
        : openHttp(target, { agent: options.sockets.http, method, headers });
      const { deadlineAtMonotonicMs } = options;
      let written = false;
      const remainingMs = Math.max(0, deadlineAtMonotonicMs - performance.now());
      const timer = setTimeout(() => outgoing.destroy(new DeadlinePassed()), remainingMs);
      const fail = (error: Error): void => {
        clearTimeout(timer);
        reject(classifyFailure(error, written));
      };
      const write = (): void => {
        if (outgoing.destroyed) return;
        if (performance.now() >= deadlineAtMonotonicMs) {
          outgoing.destroy(new DeadlinePassed());
          return;
        }
        written = true;
        outgoing.end(payload);
      };
      outgoing.once('socket', (socket) => {
        if (socket.connecting) socket.once(isSecure ? 'secureConnect' : 'connect', write);
        else write();
      });
      outgoing.on('error', fail);
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.once('end', () => {
          clearTimeout(timer);
          resolve({
            status: response.statusCode ?? 0,
            statusText: response.statusMessage ?? '',
            headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
            data: Buffer.concat(chunks).toString('utf8'),
            config: request,
          });
        });
      });
    });
}

function headersOf(request: SdkRequest, method: string, payload: string): Record<string, string | number> {
  const given = Object.entries(request.headers.toJSON()).filter(([, value]) => value != null && value !== false);
  const headers: Record<string, string | number> = Object.fromEntries(
    given.map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
  if (method !== 'GET') headers['content-length'] = Buffer.byteLength(payload);
  return headers;
}

class DeadlinePassed extends Error {}

function classifyFailure(error: Error, written: boolean): ProviderError {
  const late = error instanceof DeadlinePassed;
  if (written) return new ProviderError('unknown', late ? 'timeout' : 'connection_lost', { cause: error });
  return new ProviderError('not_sent', late ? 'deadline_passed' : 'unreachable', { cause: error });
}
