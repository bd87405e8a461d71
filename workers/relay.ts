import { runRole } from './run-role.ts';
import { startRelay } from './start-relay.ts';

await runRole('relay', startRelay);
