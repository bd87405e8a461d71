import { runRole } from './run-role.ts';
import { startForwarder } from './start-forwarder.ts';

await runRole('forwarder', startForwarder);
