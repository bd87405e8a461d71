import { runRole } from './run-role.ts';
import { startBillingWorker } from './start-billing-worker.ts';

await runRole('billing-worker', startBillingWorker);
