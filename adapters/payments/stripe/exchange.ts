import { Agent as HttpAgent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as openHttp } from 'node:http';
import { Agent as HttpsAgent, request as openHttps } from 'node:https';
import { ProviderError } from '../provider-error.ts';

export interface Exchange {
  protocol: string;
  host: string;
  port: string;
  path: string;
  method: string;
  headers: OutgoingHttpHeaders;
  body: string;
  /** On the `performance.now()` scale. */
  deadlineAtMonotonicMs: number;
}

export interface ExchangeAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export interface Exchanger {
  exchange: (call: Exchange) => Promise<ExchangeAnswer>;
  close: () => void;
}

/** Shorter than the keep-alive of Stripe's load balancers, so that few requests meet a socket that is just being closed. */
const idleSocketMs = 30_000;

/**
 * One HTTP exchange per call, never repeated. Nothing is written before the socket (with TLS: its handshake) stands and the
 * deadline was looked at again, so every failure until then is `not_sent`, and every one after it `unknown`. Failures carry none
 * of the codes on which stripe-node sends a request again even where its retries are off (ECONNRESET, EPIPE).
 */
export function createExchanger(): Exchanger {
  const agentOptions = { keepAlive: true, timeout: idleSocketMs, maxFreeSockets: 256 };
  const agents = { http: new HttpAgent(agentOptions), https: new HttpsAgent(agentOptions) };
  return {
    exchange: (call) => exchange(agents, call),
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function exchange(agents: { http: HttpAgent; https: HttpsAgent }, call: Exchange): Promise<ExchangeAnswer> {
  return new Promise((resolve, reject) => {
    const { host, port, path, method, headers } = call;
    const secure = call.protocol === 'https';
    const options = { host, port, path, method, headers };
    const request = secure
      ? openHttps({ ...options, agent: agents.https })
      : openHttp({ ...options, agent: agents.http });
    let written = false;
    const remainingMs = Math.max(0, call.deadlineAtMonotonicMs - performance.now());
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
      request.end(call.body);
    };
    request.once('socket', (socket) => {
      if (request.reusedSocket || !socket.connecting) write();
      else socket.once(secure ? 'secureConnect' : 'connect', write);
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

class DeadlinePassed extends Error {}

function classifyFailure(error: Error, written: boolean): ProviderError {
  const late = error instanceof DeadlinePassed;
  if (written) return new ProviderError('unknown', late ? 'timeout' : 'connection_lost', { cause: error });
  return new ProviderError('not_sent', late ? 'deadline_passed' : 'unreachable', { cause: error });
}
