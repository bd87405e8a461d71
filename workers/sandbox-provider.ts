import { startSandboxServer } from '../adapters/payments/sandbox/server/start-server.ts';
import { assertEnvironment } from '../runtime/assert-environment.ts';
import { loadSandboxProviderConfig } from '../runtime/config.ts';
import { registerReadyCheck } from '../runtime/health.ts';
import { createLogger } from '../runtime/logger.ts';
import { startMetrics } from '../runtime/metrics.ts';
import { installShutdown, onShutdown } from '../runtime/shutdown.ts';

assertEnvironment();
const config = loadSandboxProviderConfig();
const logger = createLogger('sandbox-provider', { level: config.logLevel });
startMetrics('sandbox-provider');

const { paypalPort, paypalWebhookUrl } = config;
const server = await startSandboxServer({
  host: config.host,
  port: config.port,
  folder: config.storeDir,
  webhook: { url: config.webhookUrl, secret: config.webhookSecret },
  stripe: config.stripe,
  ...(paypalPort === undefined ? {} : { paypal: { port: paypalPort, webhookUrl: paypalWebhookUrl } }),
  onError: (error) => logger.error({ err: error }, 'sandbox provider failed'),
});
registerReadyCheck('store', server.checkStore);
onShutdown('close', 'sandbox provider', server.close);
installShutdown({ logger });
const { url, port, stripeUrl, paypalUrl } = server;
logger.info({ url, port, stripeUrl, paypalUrl }, 'sandbox provider ready');
