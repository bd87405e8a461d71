import { describeAttemptLimiterContract } from '../contract/attempt-limiter.ts';
import { createMemoryAttemptLimiter } from './memory-attempt-limiter.ts';

describeAttemptLimiterContract('memory', async () => createMemoryAttemptLimiter());
