import { runRole } from './run-role.ts';
import { startPaymentWorker } from './start-payment-worker.ts';

await runRole('payment-worker', startPaymentWorker);
