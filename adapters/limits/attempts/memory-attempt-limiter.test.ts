import { describeAttemptLimiterContract } from './contract.ts';
import { createMemoryAttemptLimiter } from './memory-attempt-limiter.ts';

describeAttemptLimiterContract('memory', async () => createMemoryAttemptLimiter());
