import type { Hono } from 'hono';
import { checkLive, checkReady, type HealthReport } from '../../runtime/health.ts';
import { metricsContentType, renderMetrics } from '../../runtime/metrics.ts';

const noStore = { 'cache-control': 'no-store' };

function answer(report: HealthReport): Response {
  return Response.json(report.body, { status: report.status, headers: noStore });
}

/** What a supervisor, a load balancer and Prometheus ask, on the API's own port. */
export function serveHealth(app: Hono): void {
  app.get('/health/live', () => answer(checkLive()));
  app.get('/health/ready', async () => answer(await checkReady()));
  app.get('/metrics', async () => {
    const headers = { ...noStore, 'content-type': metricsContentType };
    return new Response(await renderMetrics(), { headers });
  });
}
