import type { Hono } from 'hono';
import proxyAddr from 'proxy-addr';
import { checkLive, checkReady, type HealthReport } from '../../runtime/health.ts';
import { metricsContentType, renderMetrics } from '../../runtime/metrics.ts';
import { createClientFinder, type FindClient } from '../gateway/client-address.ts';

const noStore = { 'cache-control': 'no-store' };

function answer(report: HealthReport): Response {
  return Response.json(report.body, { status: report.status, headers: noStore });
}

export interface Scrapers {
  findClient?: FindClient | undefined;
  /** CIDRs. */
  metricsNetworks?: readonly string[] | undefined;
}

/**
 * What a supervisor, a load balancer and Prometheus ask, on the API's own port. How much goes wrong here and how late is nobody's
 * business outside: figures are for who comes from these networks, and directly; for everybody else there is no such address.
 */
export function serveHealth(app: Hono, { findClient = createClientFinder(), metricsNetworks = [] }: Scrapers): void {
  const isInside = proxyAddr.compile([...metricsNetworks]);
  app.get('/health/live', () => answer(checkLive()));
  app.get('/health/ready', async () => answer(await checkReady()));
  app.get('/metrics', async (c, next) => {
    const { ip } = findClient(c);
    const isForwarded = c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined;
    if (ip === null || isForwarded || !isInside(ip, 0)) return next();
    const headers = { ...noStore, 'content-type': metricsContentType };
    return new Response(await renderMetrics(), { headers });
  });
}
