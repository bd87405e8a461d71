import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkLive, checkReady, type HealthReport } from './health.ts';
import { metricsContentType, renderMetrics } from './metrics.ts';

export type HealthServer = { url: string; port: number; close(): Promise<void> };

function answer(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'cache-control': 'no-store' });
  response.end(body);
}

function answerHealth(response: ServerResponse, report: HealthReport): void {
  answer(response, report.status, 'application/json', JSON.stringify(report.body));
}

async function handle(path: string, response: ServerResponse): Promise<void> {
  switch (path) {
    case '/metrics':
      return answer(response, 200, metricsContentType, await renderMetrics());
    case '/health/live':
      return answerHealth(response, checkLive());
    case '/health/ready':
      return answerHealth(response, await checkReady());
    default:
      return answer(response, 404, 'text/plain', 'not found\n');
  }
}

export async function startHealthServer(options: { host: string; port: number }): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    handle(path, response).catch((error: unknown) => {
      answer(response, 500, 'text/plain', `${error instanceof Error ? error.message : 'failed'}\n`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
